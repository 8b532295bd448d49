// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What becomes of old records of a topic ({@code cleanup.policy}). */
public enum CleanupPolicy {
  COMPACT,
  DELETE,
  COMPACT_DELETE,
  /** Nothing says it. */
  UNKNOWN;

  /** Understands a value of {@code cleanup.policy}; empty if it is none. */
  public static Optional<CleanupPolicy> parse(String value) {
    // As a broker says it: asked for each of thousands of partitions, again and again.
    return switch (value) {
      case "compact" -> Optional.of(COMPACT);
      case "delete" -> Optional.of(DELETE);
      case "compact,delete" -> Optional.of(COMPACT_DELETE);
      default -> parseList(value);
    };
  }

  private static Optional<CleanupPolicy> parseList(String value) {
    Set<String> parts =
        Arrays.stream(value.split(",", -1)).map(String::strip).collect(Collectors.toSet());
    if (parts.equals(Set.of("compact"))) {
      return Optional.of(COMPACT);
    }
    if (parts.equals(Set.of("delete"))) {
      return Optional.of(DELETE);
    }
    if (parts.equals(Set.of("compact", "delete"))) {
      return Optional.of(COMPACT_DELETE);
    }
    return Optional.empty();
  }

  /** Whether a topic of this policy is compacted. */
  public boolean isCompacted() {
    return this == COMPACT || this == COMPACT_DELETE;
  }

  /** As Kafka writes it. */
  public String text() {
    return switch (this) {
      case COMPACT -> "compact";
      case DELETE -> "delete";
      case COMPACT_DELETE -> "compact,delete";
      case UNKNOWN -> "unknown";
    };
  }
}
