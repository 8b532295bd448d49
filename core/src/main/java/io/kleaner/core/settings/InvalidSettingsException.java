// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.List;

/** Some settings have values that they may not have; all of them are named at once. */
public final class InvalidSettingsException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * @param subject the topic, or where the settings stand
   * @param problems a sentence each
   */
  public InvalidSettingsException(String subject, List<String> problems) {
    super("settings of " + subject + ": " + String.join("; ", problems));
  }
}
