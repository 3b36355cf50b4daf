package dev.interlock.lincheck

import java.nio.file.Files
import java.nio.file.Path

/** The interleavings that the checker printed for the broken twins. */
internal object Traces {
  /** Writes the readable part of [failure] to `target/traces` and returns it. */
  fun keep(
    twin: String,
    failure: String,
  ): String {
    val trace = failure.substringBefore("\nDetailed trace:").trim() + "\n"
    val directory = Path.of("target", "traces")
    Files.createDirectories(directory)
    Files.writeString(directory.resolve("$twin.txt"), trace)
    return trace
  }
}
