// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Hold;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A swap that broke half-way is recovered after a start, though its partition waits for hours. */
class RecoveredThoughHeldTest {

  private static final String LOG = "00000000000000000000.log";
  private static final String SWAP = LOG + ".swap";

  @TempDir private Path temp;

  /** Its oldest segment is committed and not yet in its place. */
  private static Path halfSwapped(ServiceLab lab, String partition) throws IOException {
    Path dir = lab.logDir().resolve(partition);
    Files.move(dir.resolve(LOG), dir.resolve(SWAP));
    return dir;
  }

  /** What the last run left on record of partition 0 of a topic. */
  private static String hold(ServiceLab lab, String topic, Hold.Kind kind) throws IOException {
    return String.format(
        "{\"logDir\":\"%s\",\"topic\":\"%s\",\"partition\":0,\"kind\":\"%s\",\"cause\":\"FAILED\","
            + "\"reason\":\"EIO\",\"nextStep\":\"\",\"sinceMs\":%d,\"untilMs\":%d,\"failures\":3}",
        lab.logDir().toRealPath(),
        topic,
        kind,
        System.currentTimeMillis(),
        kind == Hold.Kind.BY_HAND
            ? Hold.RELEASED_ONLY
            : System.currentTimeMillis() + 6 * 3_600_000);
  }

  private static void onRecord(ServiceLab lab, String... holds) throws IOException {
    Files.createDirectories(lab.state());
    Files.writeString(lab.state().resolve("quarantine.json"), "[" + String.join(",", holds) + "]");
  }

  @Test
  void start_halfSwappedAndInQuarantine_isRecoveredAndHeldOn() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).partitions("mine", 1);
    Path orders = halfSwapped(lab, "orders-0");
    Path mine = halfSwapped(lab, "mine-0");
    onRecord(lab, hold(lab, "orders", Hold.Kind.QUARANTINE), hold(lab, "mine", Hold.Kind.BY_HAND));
    try (lab) {
      lab.start();

      lab.await("recovered", () -> lab.incident("PARTITION_RECOVERED").isPresent());

      assertThat(orders.resolve(LOG)).exists();
      assertThat(orders.resolve(SWAP)).doesNotExist();
      assertThat(mine.resolve(SWAP)).as("looked at before, and held by a person").exists();
      lab.await("both are seen", () -> lab.api().partitions().size() == 2);
      assertThat(lab.count("quarantined")).isEqualTo(2);
      assertThat(lab.partition("orders-0")).containsEntry("failures", 3);
    }
  }

  @Test
  void start_recoveryFails_isToldTriedOnceAndHeldAsItWas() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    ServiceLab lab =
        new ServiceLab(temp)
            .on(
                HookedDisk.with(
                    (operation, path) -> {
                      if (operation.equals("rename") && path.endsWith("orders-0/" + SWAP)) {
                        tries.incrementAndGet();
                        throw new IOException("Input/output error");
                      }
                    }))
            .partitions("orders", 1);
    Path orders = halfSwapped(lab, "orders-0");
    onRecord(lab, hold(lab, "orders", Hold.Kind.QUARANTINE));
    try (lab) {
      lab.start();
      lab.await("told", () -> lab.incident("PARTITION_FAILED").isPresent());
      assertThat(lab.incident("PARTITION_FAILED").orElseThrow().get("summary").toString())
          .contains("orders-0", "may be half-swapped", "Input/output error");

      lab.partitions("later", 1);
      lab.await("looked at again", () -> lab.count("clean") == 1);

      assertThat(tries).hasValue(1);
      assertThat(orders.resolve(SWAP)).exists();
      assertThat(lab.partition("orders-0"))
          .containsEntry("state", "quarantined")
          .containsEntry("failures", 3)
          .containsEntry("reason", "EIO");
    }
  }

  @Test
  void start_scoutIsInterruptedAtTheRecovery_isTriedAgain() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    ServiceLab lab =
        new ServiceLab(temp)
            .on(
                HookedDisk.with(
                    (operation, path) -> {
                      if (operation.equals("rename")
                          && path.endsWith("orders-0/" + SWAP)
                          && tries.getAndIncrement() == 0) {
                        Thread.currentThread().interrupt();
                        throw new ClosedByInterruptException();
                      }
                    }))
            .partitions("orders", 1);
    Path orders = halfSwapped(lab, "orders-0");
    onRecord(lab, hold(lab, "orders", Hold.Kind.QUARANTINE));
    try (lab) {
      lab.start();
      lab.await("told", () -> lab.incident("WORKER_INTERRUPTED").isPresent());
      assertThat(lab.incident("WORKER_INTERRUPTED").orElseThrow().get("evidence").toString())
          .contains("is tried again");

      lab.await("recovered", () -> lab.incident("PARTITION_RECOVERED").isPresent());

      assertThat(orders.resolve(LOG)).exists();
      assertThat(lab.partition("orders-0")).containsEntry("state", "quarantined");
    }
  }
}
