package dev.interlock.mutants;

import dev.interlock.mutants.Mutant.Hardware;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Finds what can be weakened in class files, and weakens it.
 *
 * <pre>
 * access by a handle       weaker ones tried
 * setVolatile              setRelease, set
 * setRelease               setOpaque, set
 * setOpaque                set
 * getVolatile              getAcquire, get
 * getAcquire               getOpaque, get
 * getOpaque                get
 * compareAndSet            weakCompareAndSetPlain
 * weakCompareAndSet...     weakCompareAndSetPlain
 * compareAndExchange       compareAndExchangeAcquire, compareAndExchangeRelease
 * getAndAdd, getAndSet...  ...Acquire, ...Release
 * fullFence                releaseFence, none
 * other fences             none
 * volatile field           a release fence before each store and an acquire fence after each load; plain
 * </pre>
 *
 * <p>An atomic update stays one: replacing it by a load and a store is another kind of bug. The last row
 * is for accesses by name; those by a handle keep their modes. A field that is inherited is named in a
 * class file as one of the class through which it is reached, so its declaration is looked for.
 */
final class Weaken {
  private static final String HANDLE = "java/lang/invoke/VarHandle";
  private static final String NONE = "none";
  private static final String VOLATILE_FIELD = "volatile field";
  private static final String ACQUIRE_RELEASE = "acquire/release";
  private static final String PLAIN = "plain";

  private static final Map<String, List<String>> WEAKER = new TreeMap<>();

  static {
    WEAKER.put("setVolatile", List.of("setRelease", "set"));
    WEAKER.put("setRelease", List.of("setOpaque", "set"));
    WEAKER.put("setOpaque", List.of("set"));
    WEAKER.put("getVolatile", List.of("getAcquire", "get"));
    WEAKER.put("getAcquire", List.of("getOpaque", "get"));
    WEAKER.put("getOpaque", List.of("get"));
    WEAKER.put("compareAndSet", List.of("weakCompareAndSetPlain"));
    WEAKER.put("weakCompareAndSet", List.of("weakCompareAndSetPlain"));
    WEAKER.put("weakCompareAndSetAcquire", List.of("weakCompareAndSetPlain"));
    WEAKER.put("weakCompareAndSetRelease", List.of("weakCompareAndSetPlain"));
    for (String update :
        List.of(
            "compareAndExchange",
            "getAndSet",
            "getAndAdd",
            "getAndBitwiseOr",
            "getAndBitwiseAnd",
            "getAndBitwiseXor")) {
      WEAKER.put(update, List.of(update + "Acquire", update + "Release"));
    }
    WEAKER.put("fullFence", List.of("releaseFence", NONE));
    for (String fence :
        List.of("acquireFence", "releaseFence", "loadLoadFence", "storeStoreFence")) {
      WEAKER.put(fence, List.of(NONE));
    }
  }

  private Weaken() {}

  /** Every mutant of the chosen classes, in the order of the sources. */
  static List<Mutant> mutantsOf(Map<String, byte[]> classes, Set<String> chosen) {
    List<Mutant> mutants = new ArrayList<>();
    Map<String, ClassNode> nodes = readAll(classes);
    Map<String, FieldUse> uses = fieldUses(nodes);
    for (String name : chosen) {
      ClassNode node = nodes.get(name);
      for (FieldNode field : node.fields) {
        FieldUse use = uses.get(node.name + "." + field.name);
        if ((field.access & Opcodes.ACC_VOLATILE) != 0 && use != null) {
          Hardware hardware = use.stored ? Hardware.OTHER_INSTRUCTIONS : Hardware.SAME_INSTRUCTIONS;
          for (String to : List.of(ACQUIRE_RELEASE, PLAIN)) {
            mutants.add(
                new Mutant(node.name, field.name, -1, field.name, VOLATILE_FIELD, to, 0, hardware));
          }
        }
      }
      for (MethodNode method : node.methods) {
        for (Access access : accesses(method)) {
          for (String to : WEAKER.get(access.call.name)) {
            mutants.add(
                new Mutant(
                    node.name,
                    method.name + method.desc,
                    access.index,
                    access.target,
                    access.call.name,
                    to,
                    access.line,
                    hardware(access.call.name)));
          }
        }
      }
    }
    return mutants;
  }

  /** The class files that differ in this mutant. */
  static Map<String, byte[]> apply(Mutant mutant, Map<String, byte[]> classes) {
    Map<String, byte[]> changed = new HashMap<>();
    if (mutant.isField()) {
      Map<String, ClassNode> nodes = readAll(classes);
      for (Map.Entry<String, ClassNode> file : nodes.entrySet()) {
        if (weakenField(file.getValue(), mutant, nodes)) {
          changed.put(file.getKey(), write(file.getValue()));
        }
      }
    } else {
      ClassNode node = read(classes.get(mutant.owner()));
      weakenAccess(node, mutant);
      changed.put(mutant.owner(), write(node));
    }
    return changed;
  }

  private static Hardware hardware(String from) {
    return from.equals("setVolatile") || from.equals("fullFence")
        ? Hardware.OTHER_INSTRUCTIONS
        : Hardware.SAME_INSTRUCTIONS;
  }

  private record Access(MethodInsnNode call, int index, String target, int line) {}

  /** The calls that can be weakened, each with the field whose handle it is called on. */
  private static List<Access> accesses(MethodNode method) {
    List<Access> found = new ArrayList<>();
    Deque<String> handles = new ArrayDeque<>();
    int line = 0;
    for (AbstractInsnNode instruction : method.instructions) {
      if (instruction instanceof LineNumberNode number) {
        line = number.line;
      } else if (instruction.getOpcode() == Opcodes.GETSTATIC
          && instruction instanceof FieldInsnNode field
          && field.desc.equals("L" + HANDLE + ";")) {
        handles.push(field.name);
      } else if (instruction instanceof MethodInsnNode call && call.owner.equals(HANDLE)) {
        boolean fence = call.getOpcode() == Opcodes.INVOKESTATIC;
        String target = fence ? "fence" : handles.isEmpty() ? "?" : handles.pop();
        if (WEAKER.containsKey(call.name)) {
          found.add(new Access(call, found.size(), target, line));
        }
      }
    }
    return found;
  }

  private static void weakenAccess(ClassNode node, Mutant mutant) {
    for (MethodNode method : node.methods) {
      if ((method.name + method.desc).equals(mutant.member())) {
        MethodInsnNode call = accesses(method).get(mutant.index()).call;
        if (!call.name.equals(mutant.from())) {
          throw new IllegalStateException(mutant + " is now " + call.name);
        }
        if (mutant.to().equals(NONE)) {
          method.instructions.remove(call);
        } else {
          call.name = mutant.to();
        }
        return;
      }
    }
    throw new IllegalStateException("no such method: " + mutant);
  }

  private static boolean weakenField(ClassNode node, Mutant mutant, Map<String, ClassNode> nodes) {
    boolean changed = false;
    if (node.name.equals(mutant.owner())) {
      for (FieldNode field : node.fields) {
        if (field.name.equals(mutant.target())) {
          field.access &= ~Opcodes.ACC_VOLATILE;
          changed = true;
        }
      }
    }
    if (mutant.to().equals(ACQUIRE_RELEASE)) {
      for (MethodNode method : node.methods) {
        for (AbstractInsnNode instruction : method.instructions.toArray()) {
          if (instruction instanceof FieldInsnNode access
              && access.name.equals(mutant.target())
              && declarer(access, nodes).equals(mutant.owner())) {
            changed = true;
            if (access.getOpcode() == Opcodes.PUTFIELD) {
              method.instructions.insertBefore(access, fence("releaseFence"));
            } else if (access.getOpcode() == Opcodes.GETFIELD) {
              method.instructions.insert(access, fence("acquireFence"));
            }
          }
        }
      }
    }
    return changed;
  }

  private static MethodInsnNode fence(String name) {
    return new MethodInsnNode(Opcodes.INVOKESTATIC, HANDLE, name, "()V", false);
  }

  private record FieldUse(boolean stored) {}

  /** Which fields are accessed by name outside of their constructors, and whether they are written. */
  private static Map<String, FieldUse> fieldUses(Map<String, ClassNode> nodes) {
    Map<String, FieldUse> uses = new HashMap<>();
    for (ClassNode node : nodes.values()) {
      for (MethodNode method : node.methods) {
        boolean constructor = method.name.equals("<init>");
        for (AbstractInsnNode instruction : method.instructions) {
          int opcode = instruction.getOpcode();
          if (opcode == Opcodes.GETFIELD || (opcode == Opcodes.PUTFIELD && !constructor)) {
            FieldInsnNode access = (FieldInsnNode) instruction;
            uses.merge(
                declarer(access, nodes) + "." + access.name,
                new FieldUse(opcode == Opcodes.PUTFIELD),
                (a, b) -> new FieldUse(a.stored || b.stored));
          }
        }
      }
    }
    return uses;
  }

  /** The class that declares the field: the one that the instruction names, or one above it. */
  private static String declarer(FieldInsnNode access, Map<String, ClassNode> nodes) {
    for (ClassNode node = nodes.get(access.owner); node != null; node = nodes.get(node.superName)) {
      for (FieldNode field : node.fields) {
        if (field.name.equals(access.name) && field.desc.equals(access.desc)) {
          return node.name;
        }
      }
    }
    return access.owner; // of a class that is not among these
  }

  private static Map<String, ClassNode> readAll(Map<String, byte[]> classes) {
    Map<String, ClassNode> nodes = new HashMap<>();
    classes.forEach((name, file) -> nodes.put(name, read(file)));
    return nodes;
  }

  private static ClassNode read(byte[] file) {
    ClassNode node = new ClassNode();
    new ClassReader(file).accept(node, 0);
    return node;
  }

  private static byte[] write(ClassNode node) {
    ClassWriter writer = new ClassWriter(0); // same stack, same frames
    node.accept(writer);
    return writer.toByteArray();
  }
}
