package dev.interlock.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

class CatalogueTest {
  /** Every comparison has a name of its own, without a space. */
  @ParameterizedTest
  @EnumSource(Effort.class)
  void workloads_names(Effort effort) {
    Set<String> names = new HashSet<>();
    for (Workload workload : Catalogue.workloads(effort)) {
      for (Comparison comparison : workload.comparisons()) {
        String name = workload.nameOf(comparison);
        assertTrue(names.add(name), name + " stands twice");
        assertFalse(name.contains(" "), name);
      }
    }
  }

  /** Every comparison of JMH's own score is about what the benchmark measures: so many a time, or a time for one. */
  @ParameterizedTest
  @EnumSource(Effort.class)
  void workloads_metrics(Effort effort) throws Exception {
    for (Workload workload : Catalogue.workloads(effort)) {
      if (workload.counted != null) {
        continue;
      }
      Method method =
          Arrays.stream(workload.benchmark.getMethods())
              .filter(m -> m.getName().equals(workload.method))
              .findFirst()
              .orElseThrow();
      Mode mode =
          workload.singleShot
              ? Mode.SingleShotTime
              : onMethodOrClass(method, BenchmarkMode.class).value()[0];
      TimeUnit unit = onMethodOrClass(method, OutputTimeUnit.class).value();
      for (Comparison comparison : workload.comparisons()) {
        Metric metric = comparison.metric();
        if (metric.label == null) {
          String measured =
              mode == Mode.Throughput && unit == TimeUnit.MICROSECONDS
                  ? "Mops/s"
                  : mode == Mode.AverageTime && unit == TimeUnit.NANOSECONDS
                      ? "ns/op"
                      : mode == Mode.SingleShotTime && unit == TimeUnit.MICROSECONDS
                          ? "us"
                          : mode + " in " + unit;
          assertEquals(metric.unit, measured, () -> workload.nameOf(comparison));
        }
      }
    }
  }

  private static <A extends Annotation> A onMethodOrClass(Method method, Class<A> type) {
    A own = method.getAnnotation(type);
    return own != null ? own : method.getDeclaringClass().getAnnotation(type);
  }

  /** Every workload names a benchmark that exists, sets parameters and subjects that it has, and leaves none open. */
  @ParameterizedTest
  @EnumSource(Effort.class)
  void workloads_benchmarks(Effort effort) throws Exception {
    for (Workload workload : Catalogue.workloads(effort)) {
      if (workload.counted != null) {
        continue;
      }
      assertTrue(
          Arrays.stream(workload.benchmark.getMethods())
              .anyMatch(
                  m ->
                      m.getName().equals(workload.method)
                          && m.isAnnotationPresent(Benchmark.class)),
          workload + " has no benchmark " + workload.method);
      for (String param : workload.params.keySet()) {
        Field field = workload.benchmark.getField(param);
        assertTrue(field.isAnnotationPresent(Param.class), workload + ": " + param);
      }
      for (Field field : workload.benchmark.getFields()) {
        Param values = field.getAnnotation(Param.class);
        assertTrue(
            values == null
                || values.value().length == 1
                || field.getName().equals("subject")
                || workload.params.containsKey(field.getName()),
            workload + " leaves open what " + field.getName() + " is: one result for each value");
      }
      Set<String> known =
          Set.of(workload.benchmark.getField("subject").getAnnotation(Param.class).value());
      assertTrue(known.containsAll(workload.subjects()), workload + ": " + workload.subjects());
    }
  }

  /** A subject of several comparisons is measured once. */
  @Test
  void subjects_shared() {
    Workload workload =
        new Workload("w", "", s -> Figure.exact(1))
            .compare("ours", "a", Metric.FOOTPRINT)
            .compare("ours", "b", Metric.FOOTPRINT);

    assertEquals(List.of("ours", "a", "b"), List.copyOf(workload.subjects()));
  }

  /** The footprint needs no JMH, and ours keeps what its documentation says. */
  @Test
  void footprint_ours() {
    Map<String, Double> bytes =
        Map.of(
            "interlock", Footprint.ofMutex("interlock").value(),
            "kotlinx", Footprint.ofMutex("kotlinx").value());

    assertTrue(bytes.get("interlock") <= 32, bytes::toString);
    assertTrue(bytes.get("kotlinx") > bytes.get("interlock"), bytes::toString);
  }

  /** Every object of ours is as small as its documentation says, and every peer can be measured. */
  @Test
  void footprint_bounds() {
    for (Workload workload : Catalogue.workloads(Effort.SMOKE)) {
      for (Comparison comparison : workload.comparisons()) {
        // Agrona's objects need an option that the JVM of this test does not have.
        if (comparison.metric() == Metric.FOOTPRINT && !comparison.peer().startsWith("Agrona")) {
          double ours = workload.counted.apply(comparison.ours()).value();
          double peer = workload.counted.apply(comparison.peer()).value();
          String name = workload.nameOf(comparison);
          assertTrue(ours > 0 && peer > 0, name + ": " + ours + ", " + peer);
          if (comparison.target() instanceof Target.OursAtMost target) {
            assertTrue(ours <= target.bound(), name + ": " + ours);
          }
        }
      }
    }
  }

  /** A list can say how long a workload takes: the iterations and the starts of all its JVMs. */
  @Test
  void seconds_ofAllForks() {
    Workload timed =
        new Workload("w", "", Object.class, "m").compare("ours", "peer", Metric.THROUGHPUT);
    int iterations = Effort.FULL.warmups + Effort.FULL.iterations;

    assertEquals(
        2 * 3 * (Workload.SECONDS_TO_START + iterations * 0.3),
        timed.seconds(Effort.FULL, 3),
        0.001);
    assertEquals(0, new Workload("w", "", s -> Figure.exact(1)).seconds(Effort.FULL, 2));
  }
}
