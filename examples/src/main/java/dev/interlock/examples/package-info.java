/** The launcher, and one runnable program per part of the toolkit. */
@NullMarked
package dev.interlock.examples;

import org.jspecify.annotations.NullMarked;
