/** Who waits for whom: deadlock detection, reports, dumps of waiters. */
@NullMarked
package dev.interlock.diagnostics;

import org.jspecify.annotations.NullMarked;
