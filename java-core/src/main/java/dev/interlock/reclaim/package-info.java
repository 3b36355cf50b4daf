/**
 * When a thing that the garbage collector does not manage may be used again: off-heap slots, pooled
 * buffers, file handles.
 *
 * <p>A participant is a handle, never a thread: it may be carried from thread to thread, and a virtual
 * thread or a coroutine may keep it while it is suspended.
 */
@NullMarked
package dev.interlock.reclaim;

import org.jspecify.annotations.NullMarked;
