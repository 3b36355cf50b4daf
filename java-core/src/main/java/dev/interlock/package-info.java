/** The root: the one family of errors. */
@NullMarked
package dev.interlock;

import org.jspecify.annotations.NullMarked;
