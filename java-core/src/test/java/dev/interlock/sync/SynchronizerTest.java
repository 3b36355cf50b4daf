package dev.interlock.sync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class SynchronizerTest {
  /** Loads the classes of the core itself, so that it can be asked which it has loaded. */
  private static final class CoreLoader extends ClassLoader {
    CoreLoader() {
      super(CoreLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.interlock.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
          if (in == null) {
            throw new ClassNotFoundException(name);
          }
          byte[] bytes = in.readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }

    boolean hasLoaded(String name) {
      return findLoadedClass(name) != null;
    }
  }

  // Whether spinning pays is decided where the first object is made. It used to be decided by
  // whoever waited first: a thread that is bound to one processor, for which the platform counts
  // one, turned spinning off for all.
  @Test
  void whetherToSpin_isDecidedWhereTheFirstObjectIsMade() throws ReflectiveOperationException {
    for (String object : List.of("Barrier", "CountDownLatch", "Semaphore")) {
      CoreLoader loader = new CoreLoader();
      Class<?> type = loader.loadClass("dev.interlock.sync." + object);
      type.getMethod("of", int.class).invoke(null, 1);
      assertTrue(loader.hasLoaded("dev.interlock.internal.wait.Spin"), object);
    }
  }
}
