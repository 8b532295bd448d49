// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Tells what runs left that ended in the middle where nothing may be taken back, by their journal
 * alone: no cluster is asked, and nothing is written. Stateless; thread-safe.
 */
public final class OverrideReader {

  private final FileSystem fileSystem;
  private final Path stateDir;
  private final String journal;

  /**
   * @param stateDir which no other process uses
   * @param journal its name
   */
  public OverrideReader(FileSystem fileSystem, Path stateDir, String journal) {
    this.fileSystem = fileSystem;
    this.stateDir = stateDir;
    this.journal = journal;
  }

  /**
   * What is left.
   *
   * @param here the id of the cluster at hand, empty if nobody knows it
   * @param why nothing is taken back
   * @throws IOException if the journal cannot be read
   */
  public List<Restored> left(Optional<String> here, String why) throws IOException {
    return OverrideJournal.glance(fileSystem, stateDir, journal).open().stream()
        .filter(each -> each.isUnfinished() || (here.isPresent() && each.isElsewhere(here)))
        .map(
            each ->
                each.unverified()
                    ? StillOurs.unverified(each, why)
                    : StillOurs.untouched(each, why))
        .toList();
  }

  /** What may be lost since the journal cannot be read, a sentence; empty if nothing. */
  public Optional<String> loss() {
    try {
      int lines = OverrideJournal.glance(fileSystem, stateDir, journal).unreadableLines();
      return lines == 0
          ? Optional.empty()
          : Optional.of(
              lines
                  + " lines of "
                  + stateDir.resolve(journal + ".log")
                  + " cannot be read; a setting may have been left on the broker or a topic.");
    } catch (IOException e) {
      return Optional.of("the journal of overrides cannot be read: " + e.getMessage());
    }
  }
}
