package dev.interlock.mutants;

import java.util.Locale;

/**
 * One weakening.
 *
 * @param owner the class that is changed, as in a class file
 * @param member a method with its descriptor, or the name of a field
 * @param index which of the accesses of that method it is, from 0; -1 for a field
 * @param target the field behind the handle, or the kind of fence
 * @param from the mode that stands in the sources
 * @param to the mode of the mutant
 * @param line in the source; 0 for a field
 * @param hardware whether x86 runs other instructions, or the same
 */
record Mutant(
    String owner,
    String member,
    int index,
    String target,
    String from,
    String to,
    int line,
    Hardware hardware) {

  /** What the change means to an x86 processor. */
  enum Hardware {
    /** A barrier is gone: the processor may reorder what it did not before. */
    OTHER_INSTRUCTIONS,
    /** Loads, stores and locked instructions as before: only the compiler has got more freedom. */
    SAME_INSTRUCTIONS
  }

  /** A name that stays the same when lines move. */
  String id() {
    String simple = owner.substring(owner.indexOf("interlock/") + "interlock/".length());
    String where = index < 0 ? "" : "." + method() + "#" + index;
    return simple.replace('/', '.') + where + " " + target + " " + from + " -> " + to;
  }

  String method() {
    int descriptor = member.indexOf('(');
    return descriptor < 0 ? member : member.substring(0, descriptor);
  }

  /** Whether the access is plain afterwards: the compiler may leave it out, or do it once for all. */
  boolean isPlain() {
    return to.equals("get") || to.equals("set") || to.equals("plain");
  }

  boolean isField() {
    return index < 0;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s%s", id(), line == 0 ? "" : " (line " + line + ")");
  }
}
