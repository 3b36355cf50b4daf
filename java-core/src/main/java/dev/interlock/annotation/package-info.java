/** What the methods of the toolkit promise, in a form that a program can read. */
@NullMarked
package dev.interlock.annotation;

import org.jspecify.annotations.NullMarked;
