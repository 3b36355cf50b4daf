package dev.interlock.verification

/** One line of evidence: which check of which structure ran how often, and how it ended. */
public class VerificationRow(
  public val structure: String,
  public val scope: String,
  public val check: String,
  public val scenarios: Long,
  public val invocations: Long,
  public val result: String,
  public val seconds: Double,
  public val jdk: Int,
  public val deep: Boolean,
)
