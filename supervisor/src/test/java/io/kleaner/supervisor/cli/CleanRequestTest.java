// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request to clean what will not be cleaned is refused, with why. */
class CleanRequestTest {

  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path temp;

  /** Asks once the partition was looked into. */
  private static Cli.Run clean(Served served) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (Cli.run("status", "--url", served.url(), "--json")
        .json()
        .at("/status/partitionsByState")
        .toString()
        .matches("\\{\\}|.*unseen.*")) {
      assertThat(System.nanoTime()).as(served.out() + served.err()).isLessThan(end);
    }
    return act(served, "clean");
  }

  private static Cli.Run act(Served served, String verb) {
    return Cli.run(verb, "--url", served.url(), "--token-file", served.token(), "orders-0");
  }

  @Test
  void clean_nothingSaysWhetherItIsCompacted_isRefusedWithWhatToSay() throws Exception {
    try (Served served = new Served(temp, temp.resolve("state"))) {
      assertThat(clean(served).all())
          .contains("exit 3", "nothing says whether its topic is compacted", "cleanup.policy");
    }
  }

  @Test
  void clean_topicIsNotCompacted_isRefusedWithTheReason() throws Exception {
    try (Served served =
        new Served(temp, temp.resolve("state"), "--config", "cleanup.policy=delete")) {
      assertThat(clean(served).all()).contains("exit 3", "is not cleaned: ");
    }
  }

  @Test
  void clean_rightAfterAQuarantineByHand_isRefused() throws Exception {
    try (Served served = new Served(temp, temp.resolve("state"))) {
      clean(served);
      assertThat(act(served, "quarantine").all()).contains("exit 0");

      assertThat(act(served, "clean").all())
          .contains("exit 3", "in quarantine", "Release it first");
    }
  }
}
