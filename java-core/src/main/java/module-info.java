import org.jspecify.annotations.NullMarked;

/** The Java core of the toolkit; needs nothing but the JDK at run time. */
@NullMarked
module dev.interlock.core {
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.interlock;
  exports dev.interlock.annotation;
  exports dev.interlock.atomic;
  exports dev.interlock.channel;
  exports dev.interlock.collection;
  exports dev.interlock.diagnostics;
  exports dev.interlock.future;
  exports dev.interlock.reclaim;
  exports dev.interlock.sync;

  // The suspending faces queue up beside the threads, with waiters of their own.
  exports dev.interlock.internal.wait to
      dev.interlock.coroutines;
  exports dev.interlock.internal.op to
      dev.interlock.coroutines;
}
