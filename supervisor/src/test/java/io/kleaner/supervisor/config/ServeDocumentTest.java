// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/serve.md} and the settings say the same. */
class ServeDocumentTest {

  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void document_table_hasEverySettingAndNoOther() throws IOException {
    assertThat(
            Files.readAllLines(DOCS.resolve("serve.md")).stream()
                .dropWhile(line -> !line.startsWith("| Key | Unit |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|")))
        .containsExactlyElementsOf(
            Arrays.stream(ServeSetting.values()).map(ServeDocumentTest::row).toList());
  }

  private static String row(ServeSetting setting) {
    String unit =
        setting.kind() == ServeSetting.Kind.CHOICE
            ? String.join(" or ", setting.choices())
            : setting.kind().unit();
    return String.join(
        " | ",
        "| " + code(setting.key()),
        unit,
        code(setting.defaultValue()),
        code(setting.kafkaKey()),
        setting.help() + " |");
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  @Test
  void documents_links_leadSomewhere() throws IOException {
    Pattern link = Pattern.compile("\\]\\(([^)#:]+)\\)");
    try (var files = Files.walk(DOCS)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".md")).toList()) {
        for (var match : link.matcher(Files.readString(file)).results().toList()) {
          assertThat(file.resolveSibling(match.group(1)).normalize()).as("in " + file).exists();
        }
      }
    }
    for (var match :
        link.matcher(Files.readString(Path.of("..", "README.md"))).results().toList()) {
      assertThat(Path.of("..").resolve(match.group(1))).as("in README.md").exists();
    }
  }
}
