package dev.interlock.internal.layout;

/**
 * A hundred and twenty-eight bytes in front of the fields of a subclass: two cache lines of 64 bytes.
 *
 * <p>For words that are hot on their own. Many processors fetch lines in pairs, and some have lines of
 * 128 bytes; there {@link LeadingPad} alone leaves the line half shared. Where the padding lies is read
 * back by {@code PaddedLayoutTest}.
 */
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
public abstract class WideLeadingPad extends LeadingPad {
  private byte q00, q01, q02, q03, q04, q05, q06, q07;
  private byte q10, q11, q12, q13, q14, q15, q16, q17;
  private byte q20, q21, q22, q23, q24, q25, q26, q27;
  private byte q30, q31, q32, q33, q34, q35, q36, q37;
  private byte q40, q41, q42, q43, q44, q45, q46, q47;
  private byte q50, q51, q52, q53, q54, q55, q56, q57;
  private byte q60, q61, q62, q63, q64, q65, q66, q67;
  private byte q70, q71, q72, q73, q74, q75, q76, q77;

  /** Only subclasses are made. */
  protected WideLeadingPad() {}
}
