package com.jstorrent.iodaemon.launcher;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What others see of a type: a line for it, and an indented one for each public or protected member. */
final class PublicType {
  /** Every object or enum has them. */
  private static final Set<String> IMPLIED =
      Set.of("equals", "hashCode", "toString", "values", "valueOf");

  private PublicType() {}

  /** No line when the type is not public. */
  static List<String> describe(String name) {
    Class<?> type;
    try {
      type = Class.forName(name, false, PublicType.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
    if (!isPublic(type)) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(head(type));
    Stream.of(
        Arrays.stream(type.getDeclaredFields())
            .filter(PublicType::isSeen)
            .map(Field::toGenericString),
        Arrays.stream(type.getDeclaredConstructors())
            .filter(PublicType::isSeen)
            .map(Constructor::toGenericString),
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> isSeen(method) && !IMPLIED.contains(method.getName()))
            .map(Method::toGenericString))
        .flatMap(members -> members)
        .map(member -> "  " + member.replace("synchronized ", "").replace(name + ".", ""))
        .sorted()
        .forEach(lines::add);
    return lines;
  }

  private static boolean isPublic(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return !type.isSynthetic()
        && !type.isAnonymousClass()
        && !type.isLocalClass()
        && isOpen(type.getModifiers())
        && (outer == null || isPublic(outer));
  }

  private static boolean isSeen(Member member) {
    return isOpen(member.getModifiers()) && !member.isSynthetic();
  }

  private static boolean isOpen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String head(Class<?> type) {
    StringBuilder head = new StringBuilder(type.toGenericString());
    if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
      head.append(" extends ").append(type.getGenericSuperclass().getTypeName());
    }
    if (type.getGenericInterfaces().length > 0) {
      head.append(
          Arrays.stream(type.getGenericInterfaces())
              .map(Type::getTypeName)
              .collect(Collectors.joining(", ", " implements ", "")));
    }
    return head.toString();
  }
}
