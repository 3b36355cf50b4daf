/** Channels, for every kind of caller. */
@NullMarked
package dev.interlock.channel;

import org.jspecify.annotations.NullMarked;
