// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.settings.SettingsResolver;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The log directories that the service has taken. Thread-safe. */
public final class ServedDirs {

  private final Map<Path, ServedDir> dirs = new ConcurrentSkipListMap<>();

  /** Takes one on, or replaces what is known of it. */
  public void put(ServedDir dir) {
    dirs.put(dir.logDir().dir(), dir);
  }

  /** Gives one new settings. */
  public void settings(Path logDir, SettingsResolver fresh) {
    dirs.computeIfPresent(logDir, (path, dir) -> dir.with(fresh));
  }

  /** One that was taken on. */
  public ServedDir of(Path logDir) {
    ServedDir dir = dirs.get(logDir);
    if (dir == null) {
      throw new IllegalArgumentException(logDir + " is not served");
    }
    return dir;
  }

  /** All, by path. */
  public Collection<ServedDir> all() {
    return List.copyOf(dirs.values());
  }
}
