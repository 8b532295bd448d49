// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.settings.SettingsResolver;
import java.io.IOException;

/** Reads anew where topics' settings come from: a node's metadata log may have changed. */
@FunctionalInterface
public interface SettingsRefresh {

  /** For one log directory. */
  SettingsResolver of(LogDir logDir) throws IOException;
}
