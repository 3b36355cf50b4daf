/** What the waiting operations of all structures have in common. */
@NullMarked
package dev.interlock.internal.op;

import org.jspecify.annotations.NullMarked;
