// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
