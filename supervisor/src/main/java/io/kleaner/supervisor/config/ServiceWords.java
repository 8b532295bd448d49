// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in the service's words what the engine advises in those of {@code kleaner compact}: an
 * option becomes the key of the configuration that means the same, or the advice to run that
 * command while the service is stopped, if the service has no such key. Commands in quotes stay as
 * they are. Pure.
 */
public final class ServiceWords {

  /** Options of {@code compact}, and what says the same to the service. */
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("--drop-unkeyed", ServeSetting.UNKEYED.key() + ": drop"),
          Map.entry("--keep-unkeyed", ServeSetting.UNKEYED.key() + ": keep"),
          Map.entry("--exclusive", "--exclusive (" + ServeSetting.EXCLUSIVE.key() + ": true)"),
          Map.entry("--high-watermark log-end", ServeSetting.HIGH_WATERMARK.key() + ": log-end"),
          Map.entry("--max-record-bytes", ServeSetting.MAX_RECORD_BYTES.key()),
          Map.entry("--memory", ServeSetting.MEMORY.key()),
          Map.entry("--metadata-log-dir", ServeSetting.METADATA_LOG_DIR.key()),
          Map.entry("--server-properties", ServeSetting.SERVER_PROPERTIES.key()),
          Map.entry("--spill-dir", ServeSetting.SPILL_DIR.key()),
          Map.entry("--state-dir", ServeSetting.STATE_DIR.key()),
          Map.entry("--threads", ServeSetting.THREADS.key()),
          Map.entry("--throttle", ServeSetting.THROTTLE.key()),
          Map.entry("--tombstones", ServeSetting.TOMBSTONES.key()),
          Map.entry("--topic", ServeSetting.TOPIC.key()),
          Map.entry("--upgrade-format", ServeSetting.UPGRADE_FORMAT.key() + ": true"),
          Map.entry("--verify", ServeSetting.VERIFY.key()));

  /** Options of {@code compact} that mean something the service never does. */
  private static final Set<String> OFFLINE =
      Set.of(
          "--after-crash",
          "--high-watermark",
          "--high-watermark OFFSET",
          "--output",
          "--truncate-tail");

  /** Options that are the service's own, and no keys. */
  static final Set<String> OWN = Set.of("--config", "--config-file", "--log-dir");

  private static final String OPTION = "--high-watermark (?:log-end|OFFSET)\\b|--[a-z][a-z-]*";

  private static final Pattern PARTS =
      Pattern.compile(
          "'kleaner [^']*'"
              + "|(?<run>[Rr])un again with (?<what>(?:an? )?(?:lower )?)(?<first>"
              + OPTION
              + ")|(?<option>"
              + OPTION
              + ")");

  private ServiceWords() {}

  /** The same advice for someone who runs the service. */
  public static String of(String advice) {
    Matcher parts = PARTS.matcher(advice);
    StringBuilder said = new StringBuilder();
    while (parts.find()) {
      parts.appendReplacement(said, Matcher.quoteReplacement(part(parts)));
    }
    return parts.appendTail(said).toString();
  }

  private static String part(Matcher found) {
    if (found.group("option") != null) {
      return option(found.group("option"));
    }
    String first = found.group("first");
    if (first == null) {
      return found.group();
    }
    boolean begins = found.group("run").equals("R");
    return OFFLINE.contains(first)
        ? (begins ? "Stop" : "stop")
            + " the service and run 'kleaner compact' with "
            + found.group("what")
            + first
        : (begins ? "Restart" : "restart")
            + " the service with "
            + found.group("what")
            + option(first);
  }

  private static String option(String option) {
    return OFFLINE.contains(option)
        ? "'kleaner compact " + option + "' while the service is stopped"
        : KEYS.getOrDefault(option, option);
  }
}
