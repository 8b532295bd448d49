// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/watch.md} and the catalogue say the same. */
class WatchDocumentTest {

  @Test
  void document_alertTable_hasEveryAilment() throws IOException {
    assertThat(Files.readAllLines(Path.of("..", "docs", "watch.md")))
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
}
