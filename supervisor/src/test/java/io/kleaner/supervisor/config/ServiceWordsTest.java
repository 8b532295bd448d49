// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceWordsTest {

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "Run again with a --max-record-bytes of at least 7."
            + "|Restart the service with a max.record.bytes of at least 7.",
        "If it is meant to be compacted, run again with --drop-unkeyed to lose them or with"
            + " --keep-unkeyed to keep them."
            + "|If it is meant to be compacted, restart the service with unkeyed: drop to lose them"
            + " or with unkeyed: keep to keep them.",
        "A broker would cut them off; run again with --truncate-tail to do so."
            + "|A broker would cut them off; stop the service and run 'kleaner compact' with"
            + " --truncate-tail to do so.",
        "Clean it in parts: run again with a lower --high-watermark first."
            + "|Clean it in parts: stop the service and run 'kleaner compact' with a lower"
            + " --high-watermark first.",
        "Run as that user, or use --output to write elsewhere."
            + "|Run as that user, or use 'kleaner compact --output' while the service is stopped to"
            + " write elsewhere.",
        "Say how far with --high-watermark log-end (a single replica)."
            + "|Say how far with high.watermark: log-end (a single replica).",
        "Run again with a larger heap, or smaller --memory."
            + "|Run again with a larger heap, or smaller memory.",
        "Run 'kleaner compact --after-crash', which checks all."
            + "|Run 'kleaner compact --after-crash', which checks all.",
        "Say it with --config or --config-file.|Say it with --config or --config-file.",
        "Check the disk.|Check the disk.",
      })
  void of_advice_followsTheTable(String advice, String said) {
    assertThat(ServiceWords.of(advice)).isEqualTo(said);
  }

  /** An option that is new in the engine's advice fails here until it has a key or a way. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../core/src/main/java/io/kleaner/core/compact",
        "../core/src/main/java/io/kleaner/core/policy",
        "../core/src/main/java/io/kleaner/core/logdir",
        "../core/src/main/java/io/kleaner/core/swap",
        "src/main/java/io/kleaner/supervisor/cleaner",
        "src/main/java/io/kleaner/supervisor/config/MetadataSettings.java"
      })
  void of_everyOptionThatTheEngineNames_hasAKeyOrSaysWhereItGoes(String sources) throws Exception {
    for (String literal : literals(Path.of(sources))) {
      // A command that goes on in the next literal.
      boolean open = literal.chars().filter(c -> c == '\'').count() % 2 == 1;
      String said = ServiceWords.of(literal + (open ? "'" : "")).replaceAll("'kleaner [^']*'", "");
      Matcher left = OPTION.matcher(said.replaceAll("run  with (a lower )?--[a-z-]*", ""));
      while (left.find()) {
        assertThat(ServiceWords.OWN).as(literal).contains(left.group());
      }
    }
  }

  @Test
  void literals_ofTheEngine_nameOptionsIndeed() throws Exception {
    assertThat(literals(Path.of("../core/src/main/java/io/kleaner/core/compact")))
        .anyMatch(each -> each.contains("--max-record-bytes"))
        .anyMatch(each -> each.contains("--drop-unkeyed"));
  }

  private static Set<String> literals(Path sources) throws IOException {
    Set<String> literals = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        Matcher literal = LITERAL.matcher(Files.readString(file));
        while (literal.find()) {
          if (literal.group(1).contains("--")) {
            literals.add(literal.group(1));
          }
        }
      }
    }
    return literals;
  }
}
