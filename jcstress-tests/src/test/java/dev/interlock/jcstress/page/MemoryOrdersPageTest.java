package dev.interlock.jcstress.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.jcstress.litmus.Answer;
import dev.interlock.jcstress.page.MemoryOrders.Row;
import dev.interlock.jcstress.page.OrderTable.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.Status;

/** The page of memory orders says what the sources and the litmus tests say. */
class MemoryOrdersPageTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  // The table of weaker accesses is that of the sources.
  @Test
  void orders_onThePage_areThoseOfTheSources() throws IOException {
    String table = OrderTable.of(MemoryOrders.sources(ROOT));
    assertTrue(table.lines().count() > 2, "no access found: is the folder right? " + ROOT);
    assertEquals(
        table,
        Blocks.read(MemoryOrders.page(ROOT), OrderTable.BLOCK),
        "out of date: ./mvnw -q process-classes -P order-table -pl jcstress-tests -am");
  }

  // Every litmus test is on the page, with what it says of itself.
  @Test
  void litmus_everyTest_isOnThePage() throws IOException, ReflectiveOperationException {
    String page = Blocks.read(MemoryOrders.page(ROOT), MemoryOrders.BLOCK);
    for (Row row : MemoryOrders.rows()) {
      String end =
          String.join(
              " | ",
              row.litmus().java().word(),
              row.litmus().x86().word(),
              row.litmus().arm().word());
      assertTrue(
          page.lines()
              .anyMatch(l -> l.startsWith("| " + row.litmus().mode() + " |") && l.contains(end)),
          () -> row.info().name() + " is not on the page; run the profile memory-orders");
    }
  }

  // What a test says of the language is what its outcomes are graded by; no processor does more.
  @Test
  void litmus_answers_agree() throws ReflectiveOperationException {
    List<Row> rows = MemoryOrders.rows();
    assertTrue(rows.size() >= 35, "only " + rows.size() + " tests");
    for (Row row : rows) {
      String name = row.info().name();
      assertEquals(row.litmus().java(), row.graded(), name);
      if (row.litmus().java() == Answer.FORBIDDEN) {
        assertEquals(Answer.FORBIDDEN, row.litmus().x86(), name);
        assertEquals(Answer.FORBIDDEN, row.litmus().arm(), name);
      }
      if (row.litmus().arm() == Answer.FORBIDDEN) {
        assertEquals(Answer.FORBIDDEN, row.litmus().x86(), name + ": x86 is the stronger one");
      }
      assertEquals(
          row.litmus().note().isEmpty(), row.litmus().arm() != Answer.DEPENDS, name + ": note");
    }
  }

  // A comment of one line, of two, and one above a fence.
  @Test
  void accesses_samples_areFound() {
    assertEquals(
        List.of(new Access("N.getOpaque", "Opaque", "Only a hint.")),
        OrderTable.accesses(
            List.of("    // Ordering: Opaque. Only a hint.", "    int n = (int) N.getOpaque(a);")));
    assertEquals(
        List.of(new Access("TAIL_2.setRelease", "Release", "Pairs with f(); publishes x.")),
        OrderTable.accesses(
            List.of(
                "// Why.",
                "// Ordering: Release. Pairs with f();",
                "// publishes x.",
                "if (f(A)) TAIL_2.setRelease(this, 1);")));
    assertEquals(
        List.of(new Access("VarHandle.fullFence", "Full", "Store before load.")),
        OrderTable.accesses(
            List.of("// Ordering: Full. Store before load.", "VarHandle.fullFence();")));
    assertEquals(List.of(), OrderTable.accesses(List.of("// Order: none", "N.getOpaque(this);")));
  }

  // Tests run in this process as well: nothing forbidden, and the samples are there.
  @Test
  void inProcess_volatileStoreBuffering_seesNothingForbidden() throws ReflectiveOperationException {
    Row row =
        MemoryOrders.rows().stream()
            .filter(r -> r.info().name().endsWith("StoreBuffering.Volatile"))
            .findFirst()
            .orElseThrow();
    InProcess.Seen seen = InProcess.run(row.info(), 50, 1, getClass().getClassLoader());
    assertEquals(Status.NORMAL, seen.status(), seen.message());
    assertEquals("", seen.failure(row.info()));
    assertFalse(seen.outcomes().isEmpty());
  }
}
