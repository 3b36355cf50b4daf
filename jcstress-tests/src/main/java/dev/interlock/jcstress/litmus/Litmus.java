package dev.interlock.jcstress.litmus;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One row of {@code docs/memory-orders.md}: which outcome the test asks for, and what the models say of it.
 * What the language says must agree with the grades of the test's outcomes; the page is refused otherwise.
 *
 * <p>The answers for processors are those of the machine code that HotSpot makes of these accesses when it
 * leaves them in the order of the source. A compiler may have changed that order before.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Litmus {
  /** The shape, in words. */
  String shape();

  /** The mode of the accesses, in words. */
  String mode();

  /** The outcome that is asked for, as the harness writes it; with {@code not} before it, all others. */
  String asked();

  /** What the Java memory model says. */
  Answer java();

  /** What x86-TSO says. */
  Answer x86();

  /** What the Arm architecture says, version 8 and later. */
  Answer arm();

  /** A reservation, or nothing. */
  String note() default "";
}
