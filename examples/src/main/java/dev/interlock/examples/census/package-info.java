/** The census of a directory of jar files: a back-pressured pipeline on real input. */
@NullMarked
package dev.interlock.examples.census;

import org.jspecify.annotations.NullMarked;
