package dev.interlock.diagnostics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which object was taken while which other was held, and whether these orders contradict each
 * other. Every call needs the detector's lock.
 *
 * <p><b>Source.</b> The order graph is that of the Linux kernel's <i>lockdep</i>; the gate locks
 * are those of K. Havelund, <i>Using Runtime Analysis to Guide Model Checking of Java Programs</i>,
 * SPIN 2000. Differs in: the nodes are objects, not classes of them, and the parties need not be
 * threads.
 */
final class AcquisitionOrder {
  /*
   * An edge a -> b: somebody held a when it took b by a call that might have waited for ever. Its
   * gates: what else was held every time that happened, alone: who reads keeps no other reader out.
   * A cycle of edges is a deadlock that could have happened, unless one object is a gate of all of
   * its edges: whoever holds that one keeps the others out.
   *
   * The edges of a stand in the watch of a, weakly by the watch of b, so an object takes its edges
   * with it when nothing else reaches it. An edge is looked at again when it loses a gate.
   */
  static final class Successors {
    private final Map<Watch, Edge> edges = new WeakHashMap<>();
  }

  private static final class Edge {
    final String party;
    final String held;
    final String taken;
    final @Nullable Throwable at;
    final Set<Watch> gates;

    Edge(Object party, Watch held, Watch taken, @Nullable Throwable at, Set<Watch> gates) {
      this.party = DeadlockDetector.describe(party);
      this.held = held.toString();
      this.taken = taken.toString();
      this.at = at;
      this.gates = gates;
    }

    LockOrderReport.Step step() {
      return new LockOrderReport.Step(party, held, taken, Stacks.of(at));
    }
  }

  /** A cycle of more steps than this is not looked for. */
  private static final int MOST_STEPS = 16;

  /** One search looks at no more edges than this: it runs under a lock. */
  private static final int MOST_LOOKS = 10_000;

  /** What a party holds, alone or together with others. */
  private record Held(Watch watch, boolean shared) {}

  private final IdentityHashMap<Object, List<Held>> held = new IdentityHashMap<>();
  private int looks;

  /** Notes it, and gives the edges of a cycle that this was the last step of, or null. */
  @Nullable List<LockOrderReport.Step> acquired(
      Object party, Watch taken, boolean waited, boolean shared, @Nullable Throwable at) {
    List<Held> mine = held.computeIfAbsent(party, p -> new ArrayList<>(2));
    List<LockOrderReport.Step> violation = null;
    if (waited && !watches(mine).contains(taken)) {
      for (Watch before : watches(mine)) {
        List<LockOrderReport.Step> found = addEdge(party, before, taken, gates(mine), at);
        if (violation == null) {
          violation = found;
        }
      }
    }
    mine.add(new Held(taken, shared));
    return violation;
  }

  private static List<Watch> watches(List<Held> mine) {
    List<Watch> all = new ArrayList<>(mine.size());
    mine.forEach(h -> all.add(h.watch));
    return all;
  }

  private static Set<Watch> gates(List<Held> mine) {
    Set<Watch> gates = weakly(List.of());
    for (Held h : mine) {
      if (!h.shared) {
        gates.add(h.watch);
      }
    }
    return gates;
  }

  /** The party holds it no more, or once less. */
  void released(Object party, Watch watch, boolean shared) {
    List<Held> mine = held.get(party);
    if (mine == null) {
      return;
    }
    int last = mine.lastIndexOf(new Held(watch, shared));
    if (last >= 0) {
      mine.remove(last);
    }
    if (mine.isEmpty()) {
      held.remove(party);
    }
  }

  /** How many parties hold something. */
  int parties() {
    return held.size();
  }

  private @Nullable List<LockOrderReport.Step> addEdge(
      Object party, Watch before, Watch taken, Set<Watch> gates, @Nullable Throwable at) {
    Successors successors = before.successors;
    if (successors == null) {
      successors = new Successors();
      before.successors = successors;
    }
    Edge edge = successors.edges.get(taken);
    if (edge == null) {
      edge = new Edge(party, before, taken, at, weakly(gates));
      edge.gates.remove(before);
      successors.edges.put(taken, edge);
    } else if (!edge.gates.retainAll(gates)) {
      return null; // seen before
    }
    looks = 0;
    List<Edge> path = new ArrayList<>();
    path.add(edge);
    if (!closes(taken, before, edge.gates, path)) {
      return null;
    }
    List<LockOrderReport.Step> steps = new ArrayList<>();
    for (Edge e : path) {
      steps.add(e.step());
    }
    return steps;
  }

  /**
   * Extends {@code path}, whose edges have {@code gates} in common, from {@code here} to {@code
   * goal}.
   */
  private boolean closes(Watch here, Watch goal, Set<Watch> gates, List<Edge> path) {
    Successors successors = here.successors;
    if (successors == null || path.size() == MOST_STEPS) {
      return false;
    }
    for (Map.Entry<Watch, Edge> next : successors.edges.entrySet()) {
      if (++looks > MOST_LOOKS) {
        return false;
      }
      Edge edge = next.getValue();
      if (path.contains(edge)) {
        continue;
      }
      Set<Watch> common = weakly(gates);
      common.retainAll(edge.gates);
      path.add(edge);
      boolean closed =
          next.getKey() == goal ? common.isEmpty() : closes(next.getKey(), goal, common, path);
      if (closed) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }

  private static Set<Watch> weakly(Iterable<Watch> watches) {
    Set<Watch> set = Collections.newSetFromMap(new WeakHashMap<>());
    for (Watch w : watches) {
      set.add(w);
    }
    return set;
  }
}
