/** Suspending faces of the core for Kotlin coroutines. */
module dev.interlock.coroutines {
  requires transitive dev.interlock.core;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;

  exports dev.interlock.coroutines;
}
