// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.check.KeySearch;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Shows from the files of replicas whether an earlier value of a key is left. A broker keeps the
 * files of segments that it replaced, and directories that it deletes, for {@code
 * file.delete.delay.ms}, a minute by default: those are waited for. Not thread-safe.
 */
public final class ErasureProof {

  private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);

  private final FileSystem fileSystem;
  private final List<Path> logDirs;
  private final byte[] key;
  private final int maxRecordBytes;
  private final CancelToken token;
  private final Clock clock = Clock.system();

  /**
   * @param logDirs in which other copies of a partition are looked for
   * @param maxRecordBytes of the largest batch and record that are read
   * @param token ends it
   */
  public ErasureProof(
      FileSystem fileSystem,
      List<Path> logDirs,
      byte[] key,
      int maxRecordBytes,
      CancelToken token) {
    this.fileSystem = fileSystem;
    this.logDirs = List.copyOf(logDirs);
    this.key = key;
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
  }

  /**
   * What was found in one partition.
   *
   * @param dir the replica's directory
   * @param result empty if it could not be read
   * @param problem why not
   * @param otherCopies directories in the log directories that hold records of the partition, too,
   *     and were not read: one that is being deleted, moved to, or was set aside
   * @param unread node ids of replicas that were not looked at
   */
  public record Finding(
      TopicPartition partition,
      Path dir,
      Optional<KeySearch.Result> result,
      String problem,
      List<String> otherCopies,
      List<Integer> unread) {

    /** Keeps its own copies. */
    public Finding {
      otherCopies = List.copyOf(otherCopies);
      unread = List.copyOf(unread);
    }

    /** Whether this replica holds no earlier value, nor any other copy of it that was found. */
    public boolean isProof() {
      return otherCopies.isEmpty()
          && result.map(KeySearch.Result::provesNoEarlierValue).orElse(false);
    }
  }

  /**
   * Reads every replica that was watched; waits for replaced files up to the deadline.
   *
   * @param progress gets what is waited for
   */
  public List<Finding> prove(OnDemandReport outcome, Duration deadline, Consumer<String> progress) {
    long beganNs = clock.nanoTime();
    List<Finding> findings = new ArrayList<>();
    Set<Path> own =
        outcome.partitions().stream()
            .filter(each -> each.status() != OnDemandReport.Status.NOT_WATCHED)
            .map(each -> each.dir().resolve(each.partition().toString()))
            .collect(Collectors.toSet());
    try (KeySearch search = new KeySearch(fileSystem, key, maxRecordBytes, token)) {
      for (OnDemandReport.Partition each : outcome.partitions()) {
        if (each.status() == OnDemandReport.Status.NOT_WATCHED) {
          findings.add(
              new Finding(
                  each.partition(),
                  each.dir(),
                  Optional.empty(),
                  each.reason(),
                  OtherCopies.of(fileSystem, logDirs, each.partition(), own),
                  each.unwatched()));
          continue;
        }
        Path dir = each.dir().resolve(each.partition().toString());
        Finding finding = read(search, each, dir, own);
        boolean told = false;
        while (isWaitingForFiles(finding) && clock.nanoTime() - beganNs < deadline.toNanos()) {
          if (!told) {
            progress.accept(
                each.partition()
                    + ": waits until the broker deletes "
                    + finding.result().orElseThrow().retired().size()
                    + " replaced files"
                    + (finding.otherCopies().isEmpty()
                        ? ""
                        : " and " + String.join(", ", finding.otherCopies()))
                    + " (file.delete.delay.ms)");
            told = true;
          }
          pause();
          finding = read(search, each, dir, own);
        }
        findings.add(finding);
      }
    }
    return findings;
  }

  private static boolean isWaitingForFiles(Finding finding) {
    return finding
        .result()
        .map(
            result ->
                result.earlierValues() == 0
                    && result.unread().isEmpty()
                    && finding.otherCopies().stream().allMatch(OtherCopies::isBeingDeleted)
                    && !(result.retired().isEmpty() && finding.otherCopies().isEmpty()))
        .orElse(false);
  }

  /** Other copies are looked for last: one that takes the replica's place meanwhile is found. */
  private Finding read(
      KeySearch search, OnDemandReport.Partition partition, Path dir, Set<Path> own) {
    Optional<KeySearch.Result> result = Optional.empty();
    String problem = "";
    try {
      result = Optional.of(search.search(dir));
    } catch (IOException e) {
      problem = String.valueOf(e);
    }
    return new Finding(
        partition.partition(),
        dir,
        result,
        problem,
        OtherCopies.of(fileSystem, logDirs, partition.partition(), own),
        partition.unwatched());
  }

  private void pause() {
    try {
      if (token.sleep(POLL_NS)) {
        throw new CancelledException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }
}
