package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * How many classes one has to understand together: those that depend on each other in a cycle. A nested class
 * counts as a part of the one around it.
 */
class ClassCyclesTest {
  private static final String BASE = "com.jstorrent.iodaemon";
  private static final int MOST = 7;

  @Test
  void fewClassesKnowEachOtherInACircle() {
    List<Set<String>> circles = new Circles(dependencies()).find();
    circles.forEach(circle -> System.out.println("A circle of " + circle.size() + ": " + circle));
    assertThat(circles).allSatisfy(circle -> assertThat(circle).hasSizeLessThanOrEqualTo(MOST));
  }

  @Test
  void aCircleIsFound() {
    Map<String, Set<String>> graph =
        Map.of("a", Set.of("b"), "b", Set.of("c"), "c", Set.of("a", "d"), "d", Set.of());
    assertThat(new Circles(graph).find()).containsExactly(Set.of("a", "b", "c"));
  }

  private static Map<String, Set<String>> dependencies() {
    Map<String, Set<String>> graph = new TreeMap<>();
    for (JavaClass each : new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages(BASE)) {
      Set<String> known = graph.computeIfAbsent(outermost(each), unused -> new TreeSet<>());
      each.getDirectDependenciesFromSelf()
          .stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith(BASE))
          .map(ClassCyclesTest::outermost)
          .forEach(known::add);
    }
    return graph;
  }

  private static String outermost(JavaClass nested) {
    return nested.getEnclosingClass().map(ClassCyclesTest::outermost).orElse(nested.getName());
  }

  /** Strongly connected components of more than one node, by Tarjan's algorithm. */
  private static final class Circles {
    private final Map<String, Set<String>> graph;
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> stack = new ArrayDeque<>();
    private final List<Set<String>> found = new ArrayList<>();

    private Circles(Map<String, Set<String>> graph) {
      this.graph = graph;
    }

    private List<Set<String>> find() {
      graph.keySet().stream().filter(node -> !index.containsKey(node)).forEach(this::visit);
      return found;
    }

    private void visit(String node) {
      index.put(node, index.size());
      lowest.put(node, index.get(node));
      stack.push(node);
      for (String next : graph.getOrDefault(node, Set.of())) {
        if (!index.containsKey(next)) {
          visit(next);
          lowest.merge(node, lowest.get(next), Math::min);
        } else if (stack.contains(next)) {
          lowest.merge(node, index.get(next), Math::min);
        }
      }
      if (lowest.get(node).equals(index.get(node))) {
        Set<String> circle = new TreeSet<>();
        String member;
        do {
          member = stack.pop();
          circle.add(member);
        } while (!member.equals(node));
        if (circle.size() > 1) {
          found.add(circle);
        }
      }
    }
  }
}
