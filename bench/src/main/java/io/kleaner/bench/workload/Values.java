// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What generated values look like, which decides what compressed workloads cost. */
public enum Values {

  /** JSON objects, which repeat themselves as most records do: every codec makes them small. */
  DOCUMENTS,

  /** Letters drawn evenly from 16: only what codes entropy makes them smaller. The harsh case. */
  LETTERS;

  /** By the name that {@link #text} gives. */
  public static Optional<Values> of(String text) {
    return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
  }

  /** Its name on the command line and in results. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
