/**
 * Counters, padded and tagged references, back-off: what a lock-free algorithm is made of.
 *
 * <p>Nothing here ever waits for another thread. Methods without a mode in their name have the memory
 * effects of volatile accesses; a mode in a name ({@code getOpaque}, {@code setRelease}) means what it
 * means for {@link java.lang.invoke.VarHandle}.
 */
@NullMarked
package dev.interlock.atomic;

import org.jspecify.annotations.NullMarked;
