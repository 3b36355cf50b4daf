/** The only place that sleeps: waiters and the queue they stand in. */
@NullMarked
package dev.interlock.internal.wait;

import org.jspecify.annotations.NullMarked;
