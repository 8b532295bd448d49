// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

/** How soon someone should look. */
public enum Severity {
  INFO,
  WARNING,
  CRITICAL
}
