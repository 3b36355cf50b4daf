/**
 * Locks and synchronizers, for every kind of caller.
 *
 * <p>{@link dev.interlock.sync.OnceCell} and {@link dev.interlock.sync.Lazy} are here, and not beside the
 * atomics, because who comes while the initialiser runs waits in the queue of this package, and the package
 * of the atomics stands on nothing.
 */
@NullMarked
package dev.interlock.sync;

import org.jspecify.annotations.NullMarked;
