// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Documents are JSON of the length asked for, whatever it is. */
class DocumentsTest {

  private static final byte[] KEY = "0000000000482019".getBytes(StandardCharsets.US_ASCII);
  private static final String ITEM =
      "\\{\"sku\":\"A-[1-9]\\d{4}\",\"quantity\":[1-9],\"price\":[1-9]\\d99}";
  private static final Pattern DOCUMENT =
      Pattern.compile(
          "\\{\"id\":\"0000000000482019\""
              + ",\"state\":\"(?<state>created|paid|packed|shipped|delivered)\""
              + ",\"total\":[1-9]\\d99,\"at\":(?<at>\\d{13})"
              + ("(?<items>,\"items\":\\[" + ITEM + "(," + ITEM + ")*])?")
              + ",\"source\":\"[a-z0-9./]*\"}");

  @Test
  void next_anyLength_aDocumentOfThatLength() {
    Documents documents = new Documents(new SplittableRandom(1));

    for (int length = Documents.leastBytes(KEY.length); length <= 2000; length++) {
      String text = text(documents, length);
      assertThat(text).hasSize(length).matches(DOCUMENT);
    }
  }

  @Test
  void next_many_timesRiseAndStatesAreAllThere() {
    Documents documents = new Documents(new SplittableRandom(1));
    List<Long> times = new ArrayList<>();
    List<String> states = new ArrayList<>();

    for (int i = 0; i < 1000; i++) {
      Matcher found = DOCUMENT.matcher(text(documents, 100));
      assertThat(found.matches()).isTrue();
      times.add(Long.valueOf(found.group("at")));
      states.add(found.group("state"));
    }

    assertThat(times).isSorted();
    assertThat(times.get(999)).isGreaterThan(times.get(0));
    assertThat(states).contains("created", "paid", "packed", "shipped", "delivered");
  }

  @Test
  void next_aKilobyte_listsItems() {
    Documents documents = new Documents(new SplittableRandom(1));

    Matcher found = DOCUMENT.matcher(text(documents, 1000));

    assertThat(found.matches()).isTrue();
    assertThat(found.group("items")).hasSizeGreaterThan(800);
  }

  private static String text(Documents documents, int length) {
    return new String(documents.next(KEY, length), StandardCharsets.US_ASCII);
  }
}
