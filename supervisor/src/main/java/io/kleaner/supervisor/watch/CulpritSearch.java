// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.broker.Death;
import io.kleaner.supervisor.judge.broker.DeathCause;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.service.Chronicle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has the segments of a partition looked through that a cleaner thread ran out of memory at, once
 * for each death: after a cure it may be another record. While its files are not seen, or change
 * under the look, it looks again: a death right after the start, or while segments are replaced, is
 * explained, too. Not thread-safe; owned by the supervisor's thread, the looks run on one of their
 * own.
 */
final class CulpritSearch {

  private static final int CULPRITS_KEPT = 200;

  /** After this long it says what it has. */
  private static final long PATIENCE_MS = 30_000;

  private final HandsThread scans;
  private final Scanner scanner;
  private final Chronicle chronicle;
  private final Map<TopicPartition, String> culprits = new LinkedHashMap<>();
  private Optional<Suspect> suspect = Optional.empty();
  private long scannedDeathMs = -1;

  /** Looks through a partition for what kills cleaners; may take long. */
  @FunctionalInterface
  interface Scanner {
    Finding find(Judgement judgement, TopicPartition partition);
  }

  /**
   * What a look came to.
   *
   * @param text a sentence
   * @param settled false if another look may find more, since the files were not seen or changed
   */
  record Finding(String text, boolean settled) {}

  /**
   * A partition that is being looked through since a time of ours.
   *
   * @param before what was found of it after an earlier death
   */
  private record Suspect(
      TopicPartition partition, long sinceMs, boolean underWay, Optional<String> before) {

    Suspect with(boolean nowUnderWay) {
      return new Suspect(partition, sinceMs, nowUnderWay, before);
    }
  }

  CulpritSearch(HandsThread scans, Scanner scanner, Chronicle chronicle) {
    this.scans = scans;
    this.scanner = scanner;
    this.chronicle = chronicle;
  }

  /** Fetches what was found, and has the next look taken if there is one to take. */
  void look(Judgement judgement, long nowMs) {
    scans.fetch();
    if (suspect.isEmpty()) {
      suspect = next(judgement.deaths(), nowMs);
    }
    suspect
        .filter(each -> !each.underWay())
        .ifPresent(
            each -> {
              boolean last = nowMs - each.sinceMs() >= PATIENCE_MS;
              boolean offered =
                  scans.offer(() -> find(judgement, each.partition(), last), this::lookNoMore);
              suspect = Optional.of(each.with(offered));
            });
  }

  /** What was found of each partition, a sentence. */
  Map<TopicPartition, String> found() {
    return Map.copyOf(culprits);
  }

  Optional<String> found(TopicPartition partition) {
    return Optional.ofNullable(culprits.get(partition));
  }

  /** The thread of the looks. */
  HandsThread thread() {
    return scans;
  }

  private Optional<Suspect> next(List<Death> deaths, long nowMs) {
    if (deaths.isEmpty()) {
      return Optional.empty();
    }
    Death last = deaths.get(deaths.size() - 1);
    if (last.atMs() <= scannedDeathMs
        || last.cause() != DeathCause.OUT_OF_MEMORY
        || last.culprit().isEmpty()) {
      return Optional.empty();
    }
    scannedDeathMs = last.atMs();
    TopicPartition partition = last.culprit().get();
    // What killed before need not be what kills now, and must not be told of this death.
    Optional<String> before = Optional.ofNullable(culprits.remove(partition));
    return Optional.of(new Suspect(partition, nowMs, false, before));
  }

  private void find(Judgement judgement, TopicPartition partition, boolean last) {
    Finding finding;
    try {
      finding = scanner.find(judgement, partition);
    } catch (RuntimeException e) {
      // Told by whoever owns the thread; a death after this one is looked into again.
      lookNoMore();
      throw e;
    }
    scans.tell(
        () -> {
          if (finding.settled() || last) {
            Optional<String> before = suspect.flatMap(Suspect::before);
            suspect = Optional.empty();
            tell(partition, finding.text(), before);
          } else {
            suspect = suspect.map(each -> each.with(false));
          }
        });
  }

  private void lookNoMore() {
    scans.tell(() -> suspect = Optional.empty());
  }

  private void tell(TopicPartition partition, String text, Optional<String> before) {
    if (culprits.size() < CULPRITS_KEPT) {
      culprits.put(partition, text);
    }
    if (!before.equals(Optional.of(text))) {
      chronicle.add(Incident.Kind.CULPRIT_FOUND, partition.toString(), text, "", "");
    }
  }
}
