// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command lines of the sidecar as someone meets them who has not read about it. */
class WatchUsageTest {

  @TempDir private Path temp;

  @Test
  void watch_noSource_saysWhichThereAre() {
    Cli.Run run = Cli.run("watch");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("name a source").contains("--log-dir");
  }

  @Test
  void watch_manyProblems_areToldAtOnce() {
    Cli.Run run =
        Cli.run(
            "watch",
            "--bootstrap-server",
            "nowhere",
            "--jmx",
            "also-nowhere",
            "--pid",
            "7",
            "--log-dir",
            temp.resolve("missing"),
            "--remedy",
            "reveal=auto",
            "--remedy",
            "abort-transaction=auto",
            "--jmx-user",
            "me",
            "--broker-log-zone",
            "Mars/North");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err())
        .contains("'nowhere' is no address")
        .contains("give one of them")
        .contains("is no directory")
        .contains("--remedy reveal")
        .contains("abort-transaction=auto: it takes a person's yes")
        .contains("need each other")
        .contains("Mars/North is no time zone");
  }

  @Test
  void explain_topicThatIsNotThere_saysSo() {
    Cli.Run run = Cli.run("explain", "nothing", "--log-dir", temp);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("no topic or partition 'nothing' is seen");
  }
}
