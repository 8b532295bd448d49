// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.settings.SettingsResolver;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log directory that the service works on, locked for it. Immutable but for the turn.
 *
 * @param logDir as it was read when it was taken
 * @param settings where its topics' settings come from
 * @param checkpointTurn held by the worker that writes the cleaner checkpoint
 */
public record ServedDir(LogDir logDir, SettingsResolver settings, ReentrantLock checkpointTurn) {

  /** The same directory with settings that were read anew. */
  ServedDir with(SettingsResolver fresh) {
    return new ServedDir(logDir, fresh, checkpointTurn);
  }
}
