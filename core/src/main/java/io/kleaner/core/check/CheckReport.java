// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import java.util.List;

/**
 * What a check of one partition saw.
 *
 * @param findings in the order of offsets
 * @param segments that were looked at
 * @param batches that were looked at
 * @param records that were looked at, in headers or one by one
 * @param bytes of logs that were looked at
 */
public record CheckReport(
    List<Finding> findings, int segments, long batches, long records, long bytes) {

  /** Keeps its own copy. */
  public CheckReport {
    findings = List.copyOf(findings);
  }

  /** Whether any finding says that data is lost or cannot be trusted. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(each -> each.severity() == Finding.Severity.ERROR);
  }
}
