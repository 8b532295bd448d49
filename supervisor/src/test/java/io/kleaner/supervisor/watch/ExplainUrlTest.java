// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cli.Interrupts;
import io.kleaner.supervisor.cli.Main;
import io.kleaner.supervisor.cli.Terminal;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kleaner explain --url}: a sidecar that has watched is asked, by its real server. */
class ExplainUrlTest {

  private static final String TOKEN = "0123456789abcdef";

  @TempDir private Path temp;

  private final SteppedWatch watch = SteppedWatch.usual();
  private HttpServer server;

  private void serve(HttpConfig config) throws IOException {
    server = HttpServer.start(new LocalFileSystem(), config, TOKEN, watch.facade, Clock.system());
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  /** Of what has looked every second for so long. */
  private void lookFor(int seconds) {
    for (int i = 0; i <= seconds; i++) {
      watch.supervisor.tick();
      watch.broker.advance(1_000);
    }
  }

  private record Run(int exit, String out, String err) {}

  private Run explain(String... more) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> line = new ArrayList<>(List.of("explain", "--url", url()));
    line.addAll(List.of(more));
    int exit =
        Main.run(
            new Terminal(new PrintWriter(out), new PrintWriter(err), false),
            new Interrupts(),
            line.toArray(String[]::new));
    return new Run(exit, out.toString(), err.toString());
  }

  private String url() {
    return "http://127.0.0.1:" + server.address().getPort();
  }

  @Test
  void explain_starvedForMinutes_saysWhatALookCannot() throws Exception {
    watch.broker.set("log.cleaner.io.max.bytes.per.second", "10.0");
    watch.broker.asleepInTheThrottle();
    lookFor(150);
    serve(HttpConfig.loopback(0));

    Run run = explain("orders-0");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out())
        .contains("slept in the throttle nearly all of the last", "nothing got clean")
        .doesNotContain("that shows over minutes");
  }

  @Test
  void explain_anyPartition_isThePageThatTheJudgeWrites() throws Exception {
    watch.broker.partition(Broker.POISON, files -> files.uncleanable(Broker.POISON));
    lookFor(150);
    serve(HttpConfig.loopback(0));
    Judgement judgement = watch.supervisor.snapshot().judgement();
    PartitionStory story = PartitionStory.of(Broker.POISON, judgement);

    Run run = explain("poison");

    assertThat(run.out().lines().toList()).startsWith(story.lines().toArray(String[]::new));
    assertThat(run.exit()).as("it was given up").isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(explain("poison-0", "--json").out());
    assertThat(json.path("partitions")).hasSize(1);
    assertThat(json.at("/partitions/0")).isEqualTo(new ObjectMapper().valueToTree(story.map()));
  }

  @Test
  void explain_healthyAndJustBegun_isDoneAndSaysWhatCannotBeKnownYet() throws Exception {
    lookFor(5);
    serve(HttpConfig.loopback(0));

    Run run = explain("orders");

    assertThat(run.exit()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("Yes: orders-0 is clean", "watched for 5 s");
  }

  @Test
  void explain_topicOfMoreThanAPage_saysEachOnce() throws Exception {
    for (int i = 0; i < 250; i++) {
      watch.broker.partition(new TopicPartition("wide", i), files -> {});
    }
    lookFor(3);
    serve(HttpConfig.loopback(0));

    JsonNode all = new ObjectMapper().readTree(explain("wide", "--json").out()).path("partitions");

    assertThat(all).hasSize(250);
    assertThat(all.findValuesAsText("partition")).doesNotHaveDuplicates().startsWith("wide-0");
  }

  @Test
  void explain_partitionThatIsNotThere_isToldWithTheSourcesThatAreNot() throws Exception {
    watch.broker.logUnseen();
    lookFor(3);
    serve(HttpConfig.loopback(0));

    Run run = explain("nothing-7");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no topic or partition 'nothing-7'", "--broker-log");
  }

  @Test
  void explain_readsNeedAToken_isRefusedWithoutAndAnsweredWithIt() throws Exception {
    lookFor(3);
    serve(
        new HttpConfig(
            new InetSocketAddress("0.0.0.0", 0),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true,
            false,
            16,
            4,
            30));

    Run without = explain("orders-0");
    Run wrong =
        explain(
            "orders-0",
            "--token-file",
            Files.writeString(temp.resolve("wrong"), "fedcba9876543210").toString());
    Run with =
        explain("orders-0", "--token-file", Files.writeString(temp.resolve("t"), TOKEN).toString());

    assertThat(without.exit()).isEqualTo(3);
    assertThat(without.err()).contains("token");
    assertThat(wrong.exit()).isEqualTo(3);
    assertThat(with.exit()).as(with.err()).isZero();
    assertThat(with.out()).contains("orders-0");
  }

  @Test
  void explain_urlAndSourcesOrATokenWithoutUrl_isWrongUse() throws Exception {
    serve(HttpConfig.loopback(0));

    Run both = explain("orders", "--log-dir", temp.toString(), "--jmx", "127.0.0.1:1");

    assertThat(both.exit()).isEqualTo(2);
    assertThat(both.err()).contains("leave out", "--log-dir", "--jmx");
    StringWriter err = new StringWriter();
    int exit =
        Main.run(
            new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), false),
            new Interrupts(),
            "explain",
            "orders",
            "--log-dir",
            temp.toString(),
            "--token-file",
            "x");
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("--token-file", "--url");
  }
}
