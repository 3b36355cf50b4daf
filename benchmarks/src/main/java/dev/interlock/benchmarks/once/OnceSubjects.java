package dev.interlock.benchmarks.once;

import dev.interlock.sync.Lazy;
import dev.interlock.sync.OnceCell;
import java.util.concurrent.ConcurrentHashMap;

/** The values made once by the names that the benchmarks' parameter {@code subject} uses. */
public final class OnceSubjects {
  private OnceSubjects() {}

  /** A fresh one. */
  public static OnceSubject create(String subject) {
    switch (subject) {
      case "cell":
        return new Cell();
      case "lazy":
        return new LazyObject();
      case "volatileRead":
        return new VolatileRead();
      case "doubleChecked":
        return new DoubleChecked();
      case "ConcurrentHashMap":
        return new MapOfOne();
      default:
        throw new IllegalArgumentException("nothing that is made once is called " + subject);
    }
  }

  private static Object make() {
    return new Object();
  }

  private static final class Cell implements OnceSubject {
    private final OnceCell<Object> cell = OnceCell.create();

    @Override
    public Object get() {
      return cell.getOrInitUninterruptibly(OnceSubjects::make);
    }
  }

  private static final class LazyObject implements OnceSubject {
    private final Lazy<Object> lazy = Lazy.of(OnceSubjects::make);

    @Override
    public Object get() {
      return lazy.get();
    }
  }

  /** A volatile field of another object, as a cell is one: what no lazy value can undercut. */
  private static final class VolatileRead implements OnceSubject {
    private static final class Box {
      volatile Object value = make();
    }

    private final Box box = new Box();

    @Override
    public Object get() {
      return box.value;
    }
  }

  /** By hand, in another object, as the others. */
  private static final class DoubleChecked implements OnceSubject {
    private static final class Box {
      private volatile Object value;

      Object get() {
        Object seen = value;
        if (seen == null) {
          synchronized (this) {
            seen = value;
            if (seen == null) {
              seen = make();
              value = seen;
            }
          }
        }
        return seen;
      }
    }

    private final Box box = new Box();

    @Override
    public Object get() {
      return box.get();
    }
  }

  private static final class MapOfOne implements OnceSubject {
    private final ConcurrentHashMap<String, Object> map = new ConcurrentHashMap<>();

    @Override
    public Object get() {
      return map.computeIfAbsent("one", key -> make());
    }
  }
}
