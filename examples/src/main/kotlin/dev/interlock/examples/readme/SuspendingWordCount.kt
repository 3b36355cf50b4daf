package dev.interlock.examples.readme

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
import dev.interlock.coroutines.withLock
import dev.interlock.sync.Mutex
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/** The second sample of the README: a coroutine on the two objects of the first. */
internal fun CoroutineScope.receiveToo(
  lines: Channel<String>,
  counts: Mutex<MutableMap<String, Int>>,
): Job =
  // readme:begin
  launch { // a coroutine on the same two objects
    for (line in lines.suspending) counts.suspending.withLock { it.merge(line, 1, Int::plus) }
  }
  // readme:end
