package dev.interlock.benchmarks.harness;

/** Is told how far a long run has come. */
public interface Progress {
  /** Says nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void begins(String what) {}

        @Override
        public void done() {}
      };

  /** A JVM that measures {@code what} starts. */
  void begins(String what);

  /** It has ended. */
  void done();
}
