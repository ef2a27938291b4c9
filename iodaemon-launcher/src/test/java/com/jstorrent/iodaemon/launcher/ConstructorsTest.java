package com.jstorrent.iodaemon.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Arguments in the wrong order must not compile where there are too many of them to see it. */
@AnalyzeClasses(
    packages = "com.jstorrent.iodaemon",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ConstructorsTest {
  private static final int MOST = 5;

  @ArchTest
  static final ArchRule noWideConstructorHasArgumentsThatCanBeSwapped =
      constructors()
          .should(
              new ArchCondition<JavaConstructor>("have arguments that cannot be swapped") {
                @Override
                public void check(JavaConstructor constructor, ConditionEvents events) {
                  if (isWide(constructor)) {
                    events.add(
                        SimpleConditionEvent.violated(constructor, constructor.getFullName()));
                  }
                }
              });

  private static boolean isWide(JavaConstructor constructor) {
    List<JavaClass> declared = declared(constructor);
    Set<String> kinds = new HashSet<>();
    for (JavaClass type : declared) {
      kinds.add(kind(type));
    }
    return declared.size() > MOST && kinds.size() < declared.size();
  }

  /** Without what the compiler adds: name and number of an enum's constant, and the outer object. */
  private static List<JavaClass> declared(JavaConstructor constructor) {
    List<JavaClass> all = constructor.getRawParameterTypes();
    JavaClass owner = constructor.getOwner();
    int added = owner.isEnum() ? 2 : owner.isInnerClass() ? 1 : 0;
    return all.subList(Math.min(added, all.size()), all.size());
  }

  /** Numbers of any type can be swapped: the compiler widens them. */
  private static String kind(JavaClass type) {
    boolean number = type.isPrimitive() && !type.isEquivalentTo(boolean.class);
    return number ? "number" : type.getName();
  }
}
