/**
 * Litmus tests: what each mode of {@link java.lang.invoke.VarHandle} and each fence orders, and what it does not.
 * One class for each shape, one test in it for each mode. What the Java memory model rules out is forbidden
 * and fails the run; what it allows and sequential consistency does not is interesting, counted, and shown
 * on the page {@code docs/memory-orders.md} beside what processors allow.
 *
 * <p>They test the language and the machine, not the toolkit; the toolkit's claims are in the package above.
 */
package dev.interlock.jcstress.litmus;
