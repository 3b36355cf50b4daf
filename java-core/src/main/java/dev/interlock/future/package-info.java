/** Pollable futures and what wakes them. */
@NullMarked
package dev.interlock.future;

import org.jspecify.annotations.NullMarked;
