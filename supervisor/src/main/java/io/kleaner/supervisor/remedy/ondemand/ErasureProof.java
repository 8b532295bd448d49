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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Shows from the files of replicas whether an earlier value of a key is left. A broker keeps the
 * files of segments that it replaced for {@code file.delete.delay.ms}, a minute by default: those
 * are waited for. Not thread-safe.
 */
public final class ErasureProof {

  private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);

  private final FileSystem fileSystem;
  private final byte[] key;
  private final int maxRecordBytes;
  private final CancelToken token;
  private final Clock clock = Clock.system();

  /**
   * @param maxRecordBytes of the largest batch and record that are read
   * @param token ends it
   */
  public ErasureProof(FileSystem fileSystem, byte[] key, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
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
   * @param unread node ids of replicas that were not looked at
   */
  public record Finding(
      TopicPartition partition,
      Path dir,
      Optional<KeySearch.Result> result,
      String problem,
      List<Integer> unread) {

    /** Whether this replica holds no earlier value. */
    public boolean isProof() {
      return result.map(KeySearch.Result::provesNoEarlierValue).orElse(false);
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
    try (KeySearch search = new KeySearch(fileSystem, key, maxRecordBytes, token)) {
      for (OnDemandReport.Partition each : outcome.partitions()) {
        if (each.status() == OnDemandReport.Status.NOT_WATCHED) {
          findings.add(
              new Finding(
                  each.partition(), each.dir(), Optional.empty(), each.reason(), each.unwatched()));
          continue;
        }
        Path dir = each.dir().resolve(each.partition().toString());
        Finding finding = read(search, each, dir);
        boolean told = false;
        while (isWaitingForFiles(finding) && clock.nanoTime() - beganNs < deadline.toNanos()) {
          if (!told) {
            progress.accept(
                each.partition()
                    + ": waits until the broker deletes "
                    + finding.result().orElseThrow().retired().size()
                    + " replaced files (file.delete.delay.ms)");
            told = true;
          }
          pause();
          finding = read(search, each, dir);
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
                    && !result.retired().isEmpty())
        .orElse(false);
  }

  private Finding read(KeySearch search, OnDemandReport.Partition partition, Path dir) {
    try {
      return new Finding(
          partition.partition(), dir, Optional.of(search.search(dir)), "", partition.unwatched());
    } catch (IOException e) {
      return new Finding(
          partition.partition(), dir, Optional.empty(), String.valueOf(e), partition.unwatched());
    }
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
