package dev.interlock.jcstress;

/** An element with a plain field: whoever gets it by a race may see the field unset. */
final class Payload {
  int plain;

  Payload(int value) {
    plain = value;
  }
}
