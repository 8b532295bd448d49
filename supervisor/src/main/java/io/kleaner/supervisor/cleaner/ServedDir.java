// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.settings.SettingsResolver;

/**
 * A log directory that the service works on, locked for it. Immutable but for the checkpoints.
 *
 * @param logDir as it was read when it was taken
 * @param settings where its topics' settings come from
 * @param checkpoints what is yet to be written of its cleaner checkpoint
 * @param hold the right to work in it
 */
public record ServedDir(
    LogDir logDir, SettingsResolver settings, Checkpoints checkpoints, DirHold hold) {

  /** The same directory with settings that were read anew. */
  ServedDir with(SettingsResolver fresh) {
    return new ServedDir(logDir, fresh, checkpoints, hold);
  }
}
