import org.jspecify.annotations.NullMarked;

/** The Java core of the toolkit; needs nothing but the JDK at run time. */
@NullMarked
module dev.interlock.core {
  requires static org.jspecify;
}
