package dev.interlock.jcstress.litmus;

/** What a model says about an outcome. */
public enum Answer {
  /** The outcome may be seen. */
  ALLOWED("allowed"),
  /** The outcome is never seen. */
  FORBIDDEN("forbidden"),
  /** It depends on which instructions the access is made of; the note says more. */
  DEPENDS("depends");

  private final String word;

  Answer(String word) {
    this.word = word;
  }

  /** As it stands on the page. */
  public String word() {
    return word;
  }
}
