// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/** How soon someone should look. */
public enum Severity {
  INFO,
  WARNING,
  CRITICAL
}
