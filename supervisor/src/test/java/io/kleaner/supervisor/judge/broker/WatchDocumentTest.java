// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code docs/watch.md}, {@code docs/explain.md} and the catalogue say the same. */
class WatchDocumentTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void document_alertTable_hasEveryAilment() throws IOException {
    assertThat(Files.readAllLines(DOCS.resolve("watch.md")))
        .containsAll(
            Arrays.stream(Ailment.values())
                .map(
                    each ->
                        String.join(
                            " | ",
                            "| `" + each.rule() + "`",
                            each.severity().name().toLowerCase(Locale.ROOT),
                            each.subject(),
                            each.holdsWhen() + " |"))
                .toList());
  }

  @ParameterizedTest
  @EnumSource
  void explanations_everyAilment_areWhatIsSaidWordForWord(Ailment ailment) throws IOException {
    String said =
        Files.readString(Path.of("src", "test", "resources", "explain", ailment.rule() + ".txt"));

    assertThat(Files.readString(DOCS.resolve("explain.md")))
        .contains("## `" + ailment.rule() + "`\n")
        .contains("```\n" + said.stripTrailing() + "\n```\n");
  }

  @ParameterizedTest
  @CsvSource({
    "Healthy, Healthy",
    "Isolated, Isolated",
    "PolicyUnknown, No source tells the policy",
    "PolicyUnknownCleanerDead, No source tells the policy",
    "Throttled, Asleep in the throttle"
  })
  void explanations_noAilment_areWhatIsSaidWordForWord(String file, String title)
      throws IOException {
    String said = Files.readString(Path.of("src", "test", "resources", "explain", file + ".txt"));

    assertThat(Files.readString(DOCS.resolve("explain.md")))
        .contains("## " + title + "\n")
        .contains("```\n" + said.stripTrailing() + "\n```\n");
  }

  @Test
  void document_testsThatItNames_areThere() throws IOException {
    List<String> named =
        TEST.matcher(Files.readString(DOCS.resolve("watch.md")))
            .results()
            .map((MatchResult each) -> each.group(1) + ".java")
            .distinct()
            .toList();
    try (Stream<Path> files = Files.walk(TESTS)) {
      assertThat(files.map(each -> each.getFileName().toString()).toList()).containsAll(named);
    }
    assertThat(named).isNotEmpty();
  }
}
