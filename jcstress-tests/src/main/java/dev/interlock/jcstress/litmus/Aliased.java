package dev.interlock.jcstress.litmus;

import java.lang.invoke.VarHandle;

/** One pair of words under two names, which the compiler cannot know to be the same. */
class Aliased {
  static final VarHandle X = TwoWords.X;

  final TwoWords one = new TwoWords();
  final TwoWords same = one;
}
