package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The progress that a method promises, or that all public methods of a class promise which do not say
 * otherwise themselves. A method that is inherited within the toolkit says it where it is declared. Of those
 * inherited from elsewhere, such as {@code toArray}, nothing is said: they are as the methods that they call.
 *
 * <p>{@link #value} holds always, but for the case of {@link #unless}; so what is BLOCKING may be better in
 * a case, {@link #betterWhile}, and what is WAIT_FREE may be worse in one.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface ProgressGuarantee {
  /** What is promised. */
  Progress value();

  /** The case in which the promise is weaker than {@link #value}, and what it is then. */
  String unless() default "";

  /** The case in which it is stronger, and what it is then; and whom a stalled thread delays else. */
  String betterWhile() default "";
}
