// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person holds and releases, on the whole service. */
class ByHandTest {

  @TempDir private Path temp;

  @Test
  void quarantine_untilItIsOnRecord_isNoPromiseBeyondTheProcess() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      assertThat(lab.api().act(Action.QUARANTINE, "orders-0", "mine").message())
          .contains("within about 2 s it is on record, and outlasts a restart from then on");

      Path record = lab.state().resolve("quarantine.json");
      lab.await("on record", () -> Files.exists(record));
      assertThat(Files.readString(record)).contains("BY_HAND");
    }
  }

  /**
   * Between the scout's look at whether it is held and its lease, which is when it is put there.
   */
  @Test
  void quarantine_whileTheScoutIsAboutToTakeIt_isNotLookedInto() throws Exception {
    AtomicReference<ServiceLab> running = new AtomicReference<>();
    AtomicBoolean held = new AtomicBoolean();
    Set<String> after = ConcurrentHashMap.newKeySet();
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              ServiceLab lab = running.get();
              if (lab == null || !path.toString().contains("/mine-0")) {
                return;
              }
              if (held.get()) {
                after.add(operation + " " + path.getFileName());
              } else if (operation.equals("stat") && path.endsWith("mine-0")) {
                lab.api().act(Action.QUARANTINE, "mine-0", "mine");
                lab.await("held", () -> "quarantined".equals(lab.partition("mine-0").get("state")));
                held.set(true);
              }
            });
    try (ServiceLab lab = new ServiceLab(temp).on(disk).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);
      running.set(lab);
      lab.partitions("mine", 1);
      lab.await("held", held::get);
      lab.partitions("later", 1);
      lab.await("the scout has gone on", () -> lab.count("clean") == 2);

      assertThat(after).as("it was found free, and was held before it was taken").isEmpty();
    }
  }

  private static String held(ServiceLab lab, String topic, Hold.Kind kind, long untilMs)
      throws IOException {
    return String.format(
        "{\"logDir\":\"%s\",\"topic\":\"%s\",\"partition\":0,\"kind\":\"%s\",\"cause\":\"FAILED\","
            + "\"reason\":\"so\",\"nextStep\":\"\",\"sinceMs\":0,\"untilMs\":%d,\"failures\":1}",
        lab.logDir().toRealPath(), topic, kind, untilMs);
  }

  @Test
  void status_moreHeldAndNotThereThanItShows_saysHowManyMore() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1);
    List<String> holds = new ArrayList<>();
    for (int i = 100; i < 203; i++) {
      holds.add(held(lab, "away" + i, Hold.Kind.BY_HAND, Hold.RELEASED_ONLY));
    }
    holds.add(held(lab, "a-quarantine-that-is-over", Hold.Kind.QUARANTINE, 1_000));
    Files.createDirectories(lab.state());
    Files.writeString(lab.state().resolve("quarantine.json"), holds.toString());
    try (lab) {
      lab.start();
      lab.await("clean", () -> lab.count("clean") == 1);

      assertThat(lab.api().status().get("heldAbsent"))
          .asInstanceOf(InstanceOfAssertFactories.LIST)
          .hasSize(100)
          .first()
          .isEqualTo(lab.logDir().toRealPath() + ":away100-0");
      assertThat(lab.api().status()).containsEntry("heldAbsentMore", 3);
    }
  }

  @Test
  void release_heldAndMovedAway_isSeenAndLetGo() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 2).start()) {
      lab.await("clean", () -> lab.count("clean") == 2);
      lab.api().act(Action.QUARANTINE, "orders-0", "restored from a backup");
      lab.await("held", () -> lab.count("quarantined") == 1);
      Path away = Files.move(lab.logDir().resolve("orders-0"), temp.resolve("away"));
      lab.await("gone", () -> lab.api().partitions().size() == 1);

      assertThat(lab.api().status().get("heldAbsent"))
          .isEqualTo(List.of(lab.logDir().toRealPath() + ":orders-0"));
      assertThat(lab.api().act(Action.CLEAN, "orders-0", "").outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(lab.api().act(Action.RELEASE, "orders-0", "done").message())
          .endsWith("orders-0 is tried again once it is there");
      lab.await("let go", () -> lab.incident("PARTITION_RELEASED").isPresent());
      assertThat(lab.api().status().get("heldAbsent")).isEqualTo(List.of());
      assertThat(lab.api().act(Action.RELEASE, "orders-0", "").outcome())
          .isEqualTo(Outcome.NOT_FOUND);

      Files.move(away, lab.logDir().resolve("orders-0"));
      lab.await("back", () -> lab.count("clean") == 2);
    }
  }
}
