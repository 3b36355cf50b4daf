/** Where fields lie in memory. */
@NullMarked
package dev.interlock.internal.layout;

import org.jspecify.annotations.NullMarked;
