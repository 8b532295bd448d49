// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KeyedWriter;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.broker.TestTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The commands that ask a broker and end by themselves, in processes of their own, beside a broker
 * that asks who they are and has a topic that is never dirty enough. Not thread-safe.
 */
final class SecuredCommands {

  private static final String TOPIC = "orders";
  private static final Map<String, String> LAZY =
      Map.of(
          "cleanup.policy",
          "compact",
          "segment.bytes",
          String.valueOf(TestTopics.SEGMENT_BYTES),
          "min.cleanable.dirty.ratio",
          "1.0");

  /** Far more than the ten and fifteen seconds that they wait at most, on a machine in use. */
  private static final Duration BOUND = Duration.ofSeconds(90);

  private static final int REFUSED = 3;

  private final BrokerJvm broker;
  private final Path state;
  private final TestTopics topics;

  /**
   * @param client that the broker lets in
   * @param state the state directory of what changes settings
   */
  SecuredCommands(BrokerJvm broker, Properties client, Path state) throws Exception {
    this.broker = broker;
    this.state = state;
    Map<String, Object> all = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrap()));
    client.forEach((key, value) -> all.put((String) key, value));
    topics = new TestTopics(all);
    topics.create(TOPIC, LAZY);
    try (KeyedWriter writer = new KeyedWriter(all)) {
      writer.roll(TOPIC, 100);
    }
  }

  /**
   * With properties of nobody: nothing is done, that is said soon, and what the properties keep
   * secret is not; with those of the client all is told and done.
   *
   * @param secrets of either
   */
  void turnNobodyAwayAndLetTheClientIn(Path nobody, Path client, List<String> secrets)
      throws Exception {
    Map<String, String> own = topics.own(TOPIC);
    long beganNs = System.nanoTime();
    Process notDone = compactNow(nobody);
    Process told = explain(client);

    Kleaner.Run refused = ended(notDone, beganNs);
    assertThat(refused.exit()).as(refused.output()).isEqualTo(REFUSED);
    assertThat(refused.output())
        .contains(broker.bootstrap() + " does not let Kleaner in: ", "nothing was changed")
        .contains("Look at security.protocol and what goes with it in " + nobody)
        .doesNotContain("KLEANER_DEBUG")
        .doesNotContain(secrets);
    assertThat(Files.size(state.resolve("compact-now.log"))).as("nor is it written down").isZero();

    Kleaner.Run well = ended(told, beganNs);
    assertThat(well.exit()).as(well.output()).isZero();
    assertThat(well.output())
        .contains("min.cleanable.dirty.ratio=1.0 (set on the topic)", "first uncleanable offset")
        .doesNotContain("AuthenticationException")
        .doesNotContain(secrets);
    assertThat(checkpoint()).as("nobody had it cleaned").isEqualTo(-1);

    Kleaner.Run done = Kleaner.end(compactNow(client));

    assertThat(done.exit()).as(done.output()).isZero();
    assertThat(done.output()).contains("compacted-to-active").doesNotContain(secrets);
    assertThat(checkpoint()).isPositive();
    assertThat(topics.own(TOPIC)).isEqualTo(own);
  }

  /** What an {@link #explain} with properties of nobody tells, once it ends: the files alone. */
  void tellFilesAlone(Process explain, List<String> secrets) throws Exception {
    Kleaner.Run explained = ended(explain, System.nanoTime());

    assertThat(explained.exit()).as(explained.output()).isEqualTo(1);
    assertThat(explained.output())
        .contains("AuthenticationException", "only the broker tells it, see --bootstrap-server")
        .doesNotContain("(set on the topic)")
        .doesNotContain(secrets);
  }

  private static Kleaner.Run ended(Process process, long beganNs) throws Exception {
    Kleaner.Run run = Kleaner.end(process);
    assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).as(run.output()).isLessThan(BOUND);
    return run;
  }

  private long checkpoint() throws IOException {
    return Incidents.cleanerCheckpoint(broker.logDir(), TOPIC);
  }

  Process explain(Path config) throws IOException {
    return start("explain", config);
  }

  private Process compactNow(Path config) throws IOException {
    return start("compact-now", config, "--state-dir", state.toString());
  }

  private Process start(String command, Path config, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, TOPIC));
    arguments.addAll(List.of("--bootstrap-server", broker.bootstrap()));
    arguments.addAll(List.of("--command-config", config.toString()));
    arguments.addAll(List.of("--log-dir", broker.logDir().toString()));
    arguments.addAll(List.of(more));
    return Kleaner.start(List.of("-XX:+UseSerialGC"), arguments.toArray(String[]::new));
  }
}
