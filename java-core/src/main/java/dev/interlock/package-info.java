/**
 * The root: the one family of errors, which {@link dev.interlock.InterlockException} lists. What runs out of
 * time is none of them: locks and waits say so by null or false.
 */
@NullMarked
package dev.interlock;

import org.jspecify.annotations.NullMarked;
