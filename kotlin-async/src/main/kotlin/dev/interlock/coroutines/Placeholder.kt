package dev.interlock.coroutines

/** Keeps the package from being empty until the first suspending face arrives. */
internal object Placeholder
