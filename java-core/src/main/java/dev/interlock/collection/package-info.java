/**
 * Queues, stacks, rings, deques and sets on which no call waits for room, for an element or for a lock.
 * Most never wait for another call either; those that may, while a thread is stopped half-way through its
 * own, say so under "Progress" and have relaxed forms that do not.
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
