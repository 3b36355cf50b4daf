package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The progress that a method promises, or that all public methods of a class promise which do not say
 * otherwise themselves. Inherited methods that the class does not override say nothing.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface ProgressGuarantee {
  /** What is promised. */
  Progress value();

  /** When the promise is weaker than {@link #value}, and whom a stalled thread delays then. */
  String unless() default "";
}
