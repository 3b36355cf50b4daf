package dev.interlock.atomic;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;

/** Prints where the words of the padded atomics lie; run in other virtual machines too. */
final class PaddedLayout {
  /** The longest cache line in use, and two lines of the usual 64 bytes, which come in pairs. */
  static final int LINE = 128;

  private PaddedLayout() {}

  public static void main(String[] args) {
    System.setProperty("jol.skipDynamicAttach", "true");
    lines().forEach(System.out::println);
  }

  /** For each class: name, header, place and size of the word, size of the object, fields but padding. */
  static List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Class<?> type : List.of(PaddedAtomicLong.class, PaddedAtomicReference.class)) {
      ClassLayout layout = ClassLayout.parseClass(type);
      List<FieldLayout> hot =
          layout.fields().stream().filter(f -> !f.typeClass().equals("byte")).toList();
      FieldLayout word = hot.get(0);
      long header = layout.fields().stream().mapToLong(FieldLayout::offset).min().orElseThrow();
      lines.add(
          type.getSimpleName()
              + " header "
              + header
              + " word "
              + word.offset()
              + " size "
              + word.size()
              + " end "
              + layout.instanceSize()
              + " hot "
              + hot.stream().map(FieldLayout::name).toList());
    }
    return lines;
  }
}
