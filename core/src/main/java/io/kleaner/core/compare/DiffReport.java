// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import java.util.List;

/**
 * What a comparison found.
 *
 * @param differences the first ones, at most {@link LogDiff#MAX_SHOWN}
 * @param total how many there are
 * @param keysLeft live keys of the first log
 * @param keysRight live keys of the second log
 */
public record DiffReport(List<Difference> differences, long total, long keysLeft, long keysRight) {

  /** Keeps its own copy. */
  public DiffReport {
    differences = List.copyOf(differences);
  }

  /** Whether the logs say the same to a reader. */
  public boolean isSame() {
    return total == 0;
  }
}
