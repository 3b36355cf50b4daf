package dev.interlock.collection;

/** Sixty-four bytes between what thieves write and what the owner writes; see {@code LeadingPad}. */
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
abstract class StealingTopPad extends StealingTop {
  private byte p00, p01, p02, p03, p04, p05, p06, p07;
  private byte p10, p11, p12, p13, p14, p15, p16, p17;
  private byte p20, p21, p22, p23, p24, p25, p26, p27;
  private byte p30, p31, p32, p33, p34, p35, p36, p37;
  private byte p40, p41, p42, p43, p44, p45, p46, p47;
  private byte p50, p51, p52, p53, p54, p55, p56, p57;
  private byte p60, p61, p62, p63, p64, p65, p66, p67;
  private byte p70, p71, p72, p73, p74, p75, p76, p77;

  /** Only the deque is made. */
  StealingTopPad() {}
}
