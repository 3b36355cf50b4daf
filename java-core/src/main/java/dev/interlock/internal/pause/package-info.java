/** Staying off a word for a moment. */
@NullMarked
package dev.interlock.internal.pause;

import org.jspecify.annotations.NullMarked;
