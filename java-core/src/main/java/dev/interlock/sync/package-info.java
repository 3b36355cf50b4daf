/** Locks and synchronizers, for every kind of caller. */
@NullMarked
package dev.interlock.sync;

import org.jspecify.annotations.NullMarked;
