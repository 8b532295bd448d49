// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.settings.SettingsResolver;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The log directories that the service has taken. Thread-safe. */
public final class ServedDirs {

  private final Map<Path, ServedDir> dirs = new ConcurrentSkipListMap<>();
  private final Map<Path, Path> byName = new ConcurrentHashMap<>();

  /**
   * Takes one on, or replaces what is known of it.
   *
   * @param named as the user named it
   */
  public void put(Path named, ServedDir dir) {
    dirs.put(dir.logDir().dir(), dir);
    byName.put(named, dir.logDir().dir());
  }

  /**
   * Gives one up; what has been taken anew under its path meanwhile stays.
   *
   * @return whether it was there
   */
  public boolean remove(Path logDir, DirHold hold) {
    ServedDir dir = dirs.get(logDir);
    while (dir != null && dir.hold() == hold) {
      // It may get new settings meanwhile.
      if (dirs.remove(logDir, dir)) {
        return true;
      }
      dir = dirs.get(logDir);
    }
    return false;
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

  /** One by its path, or by the name that the user gave it; empty if it was not taken yet. */
  public Optional<ServedDir> named(Path named) {
    return Optional.ofNullable(dirs.get(realOf(named)));
  }

  /** Where a directory that the user named really is; the name itself as long as nobody knows. */
  public Path realOf(Path named) {
    return byName.getOrDefault(named, named);
  }

  /** All, by path. */
  public Collection<ServedDir> all() {
    return List.copyOf(dirs.values());
  }
}
