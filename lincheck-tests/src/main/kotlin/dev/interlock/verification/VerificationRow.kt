package dev.interlock.verification

/**
 * One line of evidence: which check of which structure ran how often, and how it ended.
 *
 * [check] is "model checking", "stress", or "twin"; [result] is "passed", for a twin "found", or
 * "FAILED"; for a twin of the memory model also that this machine did not show it. [scenarios] and
 * [invocations] are counted, not copied from the bounds.
 */
public class VerificationRow(
  public val structure: String,
  public val variant: String,
  public val scope: String,
  public val check: String,
  public val scenarios: Long,
  public val invocations: Long,
  public val result: String,
  public val seconds: Double,
  public val jdk: Int,
  public val deep: Boolean,
)
