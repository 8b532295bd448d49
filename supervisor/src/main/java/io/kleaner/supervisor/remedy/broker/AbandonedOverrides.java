// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.remedy.broker.OverrideJournal.Glance;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What a run of another command left that was killed: its journal has it, and nobody holds that. A
 * run that is at work holds it, so what is found then is no leftover. Of several clusters that are
 * served from one directory each run looks after its own. Thread-safe.
 */
public final class AbandonedOverrides {

  private static final String GATE = "only the sidecar's own remedies change a broker's settings";

  private final FileSystem fileSystem;
  private final List<Path> stateDirs;
  private final String journal;

  /** What was seen to be left, and could not be taken back, of keys that an isolation sets. */
  private final Set<ConfigOverride> covered = ConcurrentHashMap.newKeySet();

  /**
   * @param stateDirs where such a command may have kept its journal; none needs to be there
   * @param journal its name
   */
  public AbandonedOverrides(FileSystem fileSystem, List<Path> stateDirs, String journal) {
    this.fileSystem = fileSystem;
    this.stateDirs = List.copyOf(stateDirs);
    this.journal = journal;
  }

  /**
   * What is left in a cluster, which is not taken back.
   *
   * @param why not
   */
  public List<Restored> told(Optional<String> clusterId, String why) {
    List<Restored> all = new ArrayList<>();
    for (Path dir : stateDirs) {
      List<ConfigOverride> left = of(clusterId, dir);
      if (!left.isEmpty() && !isHeld(dir)) {
        left.forEach(each -> all.add(StillOurs.untouched(each, why)));
      }
    }
    return all;
  }

  /**
   * Takes back what is left in a cluster.
   *
   * @param isolated topics that are: what is left under an isolation is told, and its journal not
   *     opened, as nothing could be taken back and a run that starts would find it in use
   * @param by makes what changes settings there and ends lines of a journal
   * @return what became of each
   */
  public List<Restored> takeBack(
      Optional<String> clusterId, Set<String> isolated, Function<OverrideJournal, Overrides> by) {
    List<Restored> all = new ArrayList<>();
    for (Path dir : stateDirs) {
      List<ConfigOverride> left = of(clusterId, dir);
      if (left.isEmpty()) {
        continue;
      }
      if (covered.containsAll(left)
          && left.stream().allMatch(each -> isolated.contains(each.target().name()))) {
        left.forEach(each -> all.add(StillOurs.isolated(each)));
      } else {
        all.addAll(takeBack(clusterId, dir, left, by));
      }
    }
    return all;
  }

  private List<Restored> takeBack(
      Optional<String> clusterId,
      Path dir,
      List<ConfigOverride> left,
      Function<OverrideJournal, Overrides> by) {
    try (OverrideJournal open = OverrideJournal.open(fileSystem, dir, journal)) {
      List<Restored> found =
          by.apply(open).recover(() -> Optional.of(GATE)).stream()
              .filter(each -> each.override().clusterId().equals(clusterId))
              .toList();
      found.stream()
          .filter(each -> !each.isOver() && OnDemandSettings.isUnderIsolation(each.override()))
          .forEach(each -> covered.add(each.override()));
      return found;
    } catch (UnusableDirectoryException e) {
      // Its run is at work, and takes back itself what it set.
      return List.of();
    } catch (IOException e) {
      return left.stream().map(each -> StillOurs.failed(each, e)).toList();
    }
  }

  /** What a journal has open of a cluster; what cannot be read the command itself tells. */
  private List<ConfigOverride> of(Optional<String> clusterId, Path dir) {
    try {
      Glance glance = OverrideJournal.glance(fileSystem, dir, journal);
      // To open a damaged one would take from its command what it has to tell.
      return clusterId.isEmpty() || glance.unreadableLines() > 0
          ? List.of()
          : glance.open().stream().filter(each -> each.clusterId().equals(clusterId)).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private boolean isHeld(Path dir) {
    Path lock = OverrideJournal.lock(dir, journal);
    try {
      if (fileSystem.stat(lock).isEmpty()) {
        return false;
      }
      Optional<FileLease> lease = fileSystem.tryLock(lock);
      if (lease.isPresent()) {
        lease.get().close();
      }
      return lease.isEmpty();
    } catch (IOException e) {
      // Who must not even look at it can't tell, and a setting that is left must not go untold.
      return false;
    }
  }
}
