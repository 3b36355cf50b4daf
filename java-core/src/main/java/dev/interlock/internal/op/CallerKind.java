package dev.interlock.internal.op;

/** A waker that knows whom it wakes; for diagnostics. Implemented by the suspending faces. */
public interface CallerKind {
  /** The kind of caller: "coroutine". */
  String callerKind();
}
