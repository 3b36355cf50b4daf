package dev.interlock.coroutines

import dev.interlock.internal.op.Operation

/**
 * An operation that waits for the test to grant it; see [Operation.endsWithGrant]. Without a
 * [value] it fails when it is asked for its result.
 */
class HandMadeOperation(
  private val value: String?,
  private val grantsItself: Boolean = false,
) : Operation<String>(1, null) {
  /** How often what was granted was handed back. */
  var givenBack = 0
    private set

  fun grantAndWake(): Boolean = grant().also { wake() }

  /** Asks for a poll that leads to nothing. */
  fun wakeInVain() {
    wake()
  }

  override fun endsWithGrant(): Boolean = true

  override fun attempt(): Boolean {
    if (grantsItself) grantAndWake()
    return false
  }

  override fun acquired(): String = error("never at once")

  override fun granted(item: Any?): String = value ?: error("no value")

  override fun giveBackResult() {
    givenBack++
  }

  override fun withdraw() {}

  override fun describe(): String = "hand-made"
}
