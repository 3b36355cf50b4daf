/**
 * Queues, stacks, rings, deques and sets on which no call ever waits for another.
 *
 * <p><b id="MemoryVisibility">Memory effects</b>, of every structure here unless it says more: actions
 * before an element is put in happen-before actions after it is seen or taken out by another thread.
 *
 * <p>None takes {@code null}. Iterators are weakly consistent: they never throw
 * {@link java.util.ConcurrentModificationException}, show each element at most once, and show those that
 * were there all the time.
 */
@NullMarked
package dev.interlock.collection;

import org.jspecify.annotations.NullMarked;
