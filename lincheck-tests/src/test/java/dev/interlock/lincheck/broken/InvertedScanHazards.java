package dev.interlock.lincheck.broken;

/**
 * X2. A scan that frees what is protected and keeps everything else.
 *
 * <p><b>The fault:</b> the answer of the search in the hazards is taken for the opposite. As long as nobody
 * reads while somebody writes, nothing seems wrong, but that the garbage grows.
 */
public final class InvertedScanHazards extends TinyHazards {
  @Override
  protected boolean mayFree(int slot) {
    return isProtected(slot);
  }
}
