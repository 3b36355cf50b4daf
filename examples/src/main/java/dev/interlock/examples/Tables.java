package dev.interlock.examples;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.List;

/** Tables for a terminal of 100 columns. */
public final class Tables {
  private final List<Column> columns = new ArrayList<>();
  private final List<Object[]> rows = new ArrayList<>();

  /** Adds a column of text, cut in the middle of what is longer than {@code width}. */
  public Tables text(String header, int width) {
    columns.add(
        new Column()
            .header(header)
            .headerAlign(HorizontalAlign.LEFT)
            .dataAlign(HorizontalAlign.LEFT)
            .maxWidth(width + 2, OverflowBehaviour.ELLIPSIS_LEFT));
    return this;
  }

  /** Adds a column of text that is broken into lines at {@code width}. */
  public Tables wrapped(String header, int width) {
    columns.add(
        new Column()
            .header(header)
            .headerAlign(HorizontalAlign.LEFT)
            .dataAlign(HorizontalAlign.LEFT)
            .maxWidth(width + 2, OverflowBehaviour.NEWLINE));
    return this;
  }

  /** Adds a column of numbers. */
  public Tables number(String header) {
    columns.add(
        new Column()
            .header(header)
            .headerAlign(HorizontalAlign.RIGHT)
            .dataAlign(HorizontalAlign.RIGHT));
    return this;
  }

  /** Adds a row, one cell for each column. */
  public Tables row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns");
    }
    rows.add(cells.clone());
    return this;
  }

  /** The table, without a line break at its end. */
  @Override
  public String toString() {
    return AsciiTable.getTable(
        AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
        columns.toArray(new Column[0]),
        rows.toArray(new Object[0][]));
  }
}
