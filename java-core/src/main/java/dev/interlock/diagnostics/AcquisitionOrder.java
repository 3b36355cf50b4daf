package dev.interlock.diagnostics;

import dev.interlock.diagnostics.Holdings.Held;
import java.lang.ref.WeakReference;
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
   * The edges of a stand in the node of a, weakly by the watch of b, so an object takes its edges
   * with it when nothing else reaches it. An edge is looked at again when it loses a gate.
   *
   * What a thread holds is in its Holdings, which a watch that it holds refers to, and some of which
   * needs no lock. What any other party holds is in a list here, for as long as it holds something.
   */
  static final class Node extends WeakReference<Watch> {
    /** By what was taken; made by the first edge, and guarded by the detector's lock. */
    private @Nullable Map<Watch, Edge> edges;

    Node(Watch watch) {
      super(watch);
    }
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

  private final HoldingsOfThreads threads = new HoldingsOfThreads();
  private final IdentityHashMap<Object, List<Held>> others = new IdentityHashMap<>();
  private int looks;

  /** What this thread holds, and stands for it as the holder. */
  Holdings holdingsOf(Thread thread) {
    return threads.of(thread);
  }

  /**
   * Notes it, and gives the edges of a cycle that this was the last step of, or null.
   *
   * @param hold the party, or its {@link Holdings} if it is a thread
   */
  @Nullable List<LockOrderReport.Step> acquired(
      Object hold, Watch taken, boolean waited, boolean shared, @Nullable Throwable at) {
    if (hold instanceof Holdings mine) {
      List<LockOrderReport.Step> violation = step(mine.thread(), mine.all(), taken, waited, at);
      mine.add(taken, shared);
      return violation;
    }
    List<Held> mine = others.computeIfAbsent(hold, p -> new ArrayList<>(2));
    List<LockOrderReport.Step> violation = step(hold, mine, taken, waited, at);
    mine.add(new Held(taken, shared));
    return violation;
  }

  private @Nullable List<LockOrderReport.Step> step(
      Object party, List<Held> mine, Watch taken, boolean waited, @Nullable Throwable at) {
    List<LockOrderReport.Step> violation = null;
    if (waited && !watches(mine).contains(taken)) {
      for (Watch before : watches(mine)) {
        List<LockOrderReport.Step> found = addEdge(party, before, taken, gates(mine), at);
        if (violation == null) {
          violation = found;
        }
      }
    }
    return violation;
  }

  private static List<Watch> watches(List<Held> mine) {
    List<Watch> all = new ArrayList<>(mine.size());
    mine.forEach(h -> all.add(h.watch()));
    return all;
  }

  private static Set<Watch> gates(List<Held> mine) {
    Set<Watch> gates = weakly(List.of());
    for (Held h : mine) {
      if (!h.shared()) {
        gates.add(h.watch());
      }
    }
    return gates;
  }

  /** The party holds it no more, or once less. */
  void released(Object hold, Watch watch, boolean shared) {
    if (hold instanceof Holdings mine) {
      mine.remove(watch, shared);
      return;
    }
    List<Held> mine = others.get(hold);
    if (mine == null) {
      return;
    }
    int last = mine.lastIndexOf(new Held(watch, shared));
    if (last >= 0) {
      mine.remove(last);
    }
    if (mine.isEmpty()) {
      others.remove(hold);
    }
  }

  /** How many parties hold something. O(threads); and what a thread notes meanwhile may be missed. */
  int parties() {
    return others.size() + threads.holding();
  }

  /** Of how many threads the holdings are kept. */
  int threads() {
    return threads.size();
  }

  private @Nullable List<LockOrderReport.Step> addEdge(
      Object party, Watch before, Watch taken, Set<Watch> gates, @Nullable Throwable at) {
    Node node = before.placeInOrder();
    Map<Watch, Edge> edges = node.edges;
    if (edges == null) {
      edges = new WeakHashMap<>();
      node.edges = edges;
    }
    Edge edge = edges.get(taken);
    if (edge == null) {
      edge = new Edge(party, before, taken, at, weakly(gates));
      edge.gates.remove(before);
      edges.put(taken, edge);
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
    Map<Watch, Edge> edges = here.placeInOrder().edges;
    if (edges == null || path.size() == MOST_STEPS) {
      return false;
    }
    for (Map.Entry<Watch, Edge> next : edges.entrySet()) {
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
