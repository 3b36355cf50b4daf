/** What the flight recorder of the JDK is told, if there is one. */
@NullMarked
package dev.interlock.internal.event;

import org.jspecify.annotations.NullMarked;
