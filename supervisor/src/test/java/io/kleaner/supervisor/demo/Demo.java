// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.broker.Reading;
import io.kleaner.supervisor.broker.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.IsolationLevel;

/** Shows on a real broker what Kleaner is for, on one page. */
public final class Demo {

  private static final String TOPIC = "customers";
  private static final int RECORDS = 300_000;
  private static final int TRANSACTIONS = 150;
  private static final int KEYS = 5_000;

  private final Path home;
  private long startNs;
  private int step;

  private Demo(Path home) {
    this.home = home;
  }

  /**
   * Runs the demonstration.
   *
   * @param args an empty directory to work in
   */
  public static void main(String[] args) throws Exception {
    int exit = new Demo(Path.of(args[0])).run() ? 0 : 1;
    // Kafka's clients may have left threads.
    System.exit(exit);
  }

  private boolean run() throws Exception {
    say("Kleaner, shown on a real Kafka broker. Nothing leaves this machine.");
    try (BrokerJvm broker =
            BrokerJvm.format(
                home.resolve("broker"),
                // The broker's own cleaner looks once, when there is nothing yet, and not again.
                Map.of("log.cleaner.backoff.ms", "86400000"));
        Workload workload = new Workload(broker.bootstrap(), 42)) {
      begin("start a Kafka broker and create '%s', a compacted topic", TOPIC);
      broker.start();
      createTopic(broker);
      done("broker at %s", broker.bootstrap());

      begin("write %,d records for %,d customers, over and over", RECORDS, KEYS);
      workload.write(TOPIC, RECORDS / 2, KEYS);
      workload.writeTransactions(TOPIC, TRANSACTIONS, KEYS);
      workload.write(TOPIC, RECORDS / 2, KEYS);
      int written = workload.ledger(TOPIC).entries().size();
      int live = workload.ledger(TOPIC).live().size();
      done("%,d records in all codecs and in transactions, a third of which were aborted", written);
      say("     Only the newest record of each customer counts: %,d of %,d.", live, written);

      begin("stop the broker: Kleaner works on directories that nobody owns");
      broker.stop();
      long before = size(broker.logDir().resolve(TOPIC + "-0"));
      done("%s holds %s", TOPIC + "-0", mib(before));

      String dir = broker.logDir().resolve(TOPIC + "-0").toString();
      boolean sound = kleaner("what would be cleaned", "plan", "--exact", dir);
      sound &= kleaner("compact it", "compact", dir);
      sound &=
          kleaner(
              "look at every record and index entry of the result", "check", "--level", "3", dir);
      long after = size(broker.logDir().resolve(TOPIC + "-0"));

      begin("start the broker again");
      broker.start();
      List<String> skipped = broker.log().matching(line -> line.contains("Skipping recovery"));
      done(
          "it %s",
          skipped.isEmpty() ? "RECOVERED, which it should not need to" : "found nothing to repair");
      sound &= !skipped.isEmpty();

      begin("read the topic as a consumer and compare with what was written");
      Reading reading = Reading.of(broker.bootstrap(), TOPIC, IsolationLevel.READ_COMMITTED);
      List<String> problems = reading.problems(workload.ledger(TOPIC), true, Long.MAX_VALUE);
      problems.stream().limit(5).forEach(problem -> say("     WRONG: %s", problem));
      sound &= problems.isEmpty();
      done(
          "%,d records are left; each customer's newest is there: %s",
          reading.records().size(), problems.isEmpty() ? "yes, all " + live : "NO");

      begin("write once more with the same producers");
      workload.write(TOPIC, 1_000, KEYS);
      workload.writeTransactions(TOPIC, 5, KEYS);
      done("the broker still knows their sequences and transactions");
      broker.stop();

      say("");
      say(
          sound
              ? "Done: %s became %s, and no reader can tell the difference."
              : "FAILED: see above. It was %s and is %s.",
          mib(before),
          mib(after));
      return sound;
    }
  }

  private static void createTopic(BrokerJvm broker) throws Exception {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(TOPIC, 1, (short) 1)
                      .configs(
                          Map.of(
                              "cleanup.policy", "compact",
                              "segment.bytes", "4194304"))))
          .all()
          .get();
    }
  }

  /** Runs the executable and shows what it says. */
  private boolean kleaner(String what, String... arguments)
      throws IOException, InterruptedException {
    begin("%s", what);
    say("     $ kleaner %s", String.join(" ", arguments).replace(home.toString(), "DEMO"));
    Kleaner.Run run = Kleaner.run(arguments);
    run.output().lines().forEach(line -> say("       %s", line.replace(home.toString(), "DEMO")));
    done("exit code %d", run.exit());
    return run.exit() == 0;
  }

  private void begin(String what, Object... values) {
    step++;
    startNs = System.nanoTime();
    say("");
    say("%2d.  " + what, prepend(step, values));
  }

  private void done(String result, Object... values) {
    double seconds = (System.nanoTime() - startNs) / 1e9;
    say("     -> " + result + " (%.1f s)", append(values, seconds));
  }

  private static Object[] prepend(Object first, Object[] rest) {
    return Stream.concat(Stream.of(first), Stream.of(rest)).toArray();
  }

  private static Object[] append(Object[] rest, Object last) {
    return Stream.concat(Stream.of(rest), Stream.of(last)).toArray();
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static long size(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .mapToLong(
              file -> {
                try {
                  return Files.size(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    }
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
