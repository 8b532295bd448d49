// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.broker.Ledger;
import io.kleaner.supervisor.broker.Reading;
import io.kleaner.supervisor.broker.TestTopics;
import io.kleaner.supervisor.broker.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.utils.AppInfoParser;

/** Shows on a real broker what Kleaner is for, on one page. */
public final class Demo {

  private static final String TOPIC = "customers";
  private static final int RECORDS = 300_000;
  private static final int TRANSACTIONS = 150;
  private static final int KEYS = 5_000;

  /** The broker's own cleaner would be faster than we are now and then. */
  private static final Map<String, String> CLEANER_SLEEPS =
      Map.of("log.cleaner.backoff.ms", "3600000");

  private static final int LINES_SHOWN = 8;
  private static final Pattern CLEANED_TO = Pattern.compile("cleaned up to offset (\\d+)");

  private final Path home;
  private final long demoStartNs = System.nanoTime();
  private long stepStartNs;
  private int step;
  private boolean sound = true;

  private Demo(Path home) {
    this.home = home;
  }

  /**
   * Runs the demonstration.
   *
   * @param args an empty directory to work in
   */
  public static void main(String[] args) {
    boolean sound = false;
    try {
      sound = new Demo(Path.of(args[0])).run();
    } catch (Exception e) {
      say("");
      say("FAILED: %s", e);
    }
    // Kafka's clients may have left threads.
    System.exit(sound ? 0 : 1);
  }

  private boolean run() throws Exception {
    say("Kleaner, shown on a real Kafka %s broker on this machine.", AppInfoParser.getVersion());
    say("In a compacted topic only the newest record of each key counts. Kleaner removes the");
    say(
        "others while the broker is stopped, from the broker's own files. (The broker has a cleaner");
    say("too; for this demonstration it sleeps.)");
    try (BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), CLEANER_SLEEPS);
        Workload workload = new Workload(broker.bootstrap(), 42)) {
      Path partition = broker.logDir().resolve(TOPIC + "-0");

      begin("Start a broker and create '%s', a compacted topic of one partition", TOPIC);
      broker.start();
      createTopic(broker);
      done("broker at %s", broker.bootstrap());

      begin("Write about %,d customers, over and over", KEYS);
      write(workload);

      begin("Stop the broker: Kleaner takes only directories that no broker uses");
      broker.stop();
      long before = size(partition);
      done("%s-0 holds %s", TOPIC, mib(before));

      kleaner("Ask what could be cleaned; this changes nothing", "plan", "--exact", partition);
      String report = kleaner("Clean it", "compact", partition);
      kleaner(
          "Check each record and index entry of the result", "check", "--level", "3", partition);
      long after = size(partition);

      begin("Start the broker again");
      broker.start();
      judge(
          broker.log().skippedRecovery() && broker.log().complaints().isEmpty(),
          "it found nothing to repair and nothing to warn of",
          "it found fault with its logs");
      broker.log().complaints().stream().limit(LINES_SHOWN).forEach(line -> say("     %s", line));

      begin("Read the topic as a consumer and compare with what was written");
      compare(broker, workload, cleanedTo(report));

      begin("Go on writing with the producers of step 2, read and compare again");
      workload.write(TOPIC, 1_000, KEYS);
      workload.writeTransactions(TOPIC, 5, KEYS);
      compare(broker, workload, cleanedTo(report));
      broker.stop();

      conclude(before, after);
    }
    return sound;
  }

  private void write(Workload workload) throws Exception {
    workload.write(TOPIC, RECORDS / 2, KEYS);
    workload.writeTransactions(TOPIC, TRANSACTIONS, KEYS);
    workload.write(TOPIC, RECORDS / 2, KEYS);
    Ledger ledger = workload.ledger(TOPIC);
    long aborted = ledger.entries().values().stream().filter(each -> !each.committed()).count();
    done(
        "%,d records in five codecs, 3,000 of them in transactions (%,d of these aborted);%n"
            + "        what counts are the newest records of %,d customers; the others are deleted",
        ledger.entries().size(), aborted, ledger.live().size());
  }

  private void compare(BrokerJvm broker, Workload workload, long cleanedTo) {
    Ledger ledger = workload.ledger(TOPIC);
    Reading reading = Reading.of(broker.bootstrap(), TOPIC, IsolationLevel.READ_COMMITTED);
    List<String> problems = reading.problems(ledger, true, cleanedTo);
    int cleaned = reading.records().headMap(cleanedTo).size();
    judge(
        problems.isEmpty(),
        "%,d records: %,d left in what was cleaned, and all %,d in what follows;%n"
            + "        all %,d customers have their newest record, with its value and headers",
        "%,d records (%,d and %,d), and of %,d customers not all is right:",
        reading.records().size(),
        cleaned,
        reading.records().size() - cleaned,
        ledger.live().size());
    problems.stream().limit(LINES_SHOWN).forEach(problem -> say("     WRONG: %s", problem));
  }

  private void conclude(long before, long after) {
    say("");
    if (sound) {
      say(
          "It held: %s became %s, and every customer's newest record is there.",
          mib(before), mib(after));
      say("What is left is mostly the active segment, the one being written: nobody cleans that.");
    } else {
      say("FAILED, see above. %s-0 had %s and has %s.", TOPIC, mib(before), mib(after));
    }
    say("All of it took %.0f s.", (System.nanoTime() - demoStartNs) / 1e9);
  }

  private static void createTopic(BrokerJvm broker) throws Exception {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()))) {
      TestTopics.make(
          admin,
          List.of(
              new NewTopic(TOPIC, 1, (short) 1)
                  .configs(
                      Map.of(
                          "cleanup.policy", "compact",
                          "segment.bytes", "4194304"))));
    }
  }

  /** Runs the executable on a directory and shows what it says. */
  private String kleaner(String what, String command, Object... arguments)
      throws IOException, InterruptedException {
    begin("%s", what);
    List<String> all = new ArrayList<>(List.of(command));
    Stream.of(arguments).map(Object::toString).forEach(all::add);
    say("     $ kleaner %s", shorter(String.join(" ", all)));
    Kleaner.Run run = Kleaner.run(all.toArray(String[]::new));
    List<String> lines = run.output().lines().toList();
    lines.stream().limit(LINES_SHOWN).forEach(line -> say("       %s", shorter(line)));
    if (lines.size() > LINES_SHOWN) {
      say("       ... and %d lines more", lines.size() - LINES_SHOWN);
    }
    judge(run.exit() == 0, "exit code %d", "exit code %d, which is not success", run.exit());
    return run.output();
  }

  /** A path that says where without saying whose machine this is. */
  private String shorter(String line) {
    return line.replace(home.toString(), "DEMO");
  }

  private static long cleanedTo(String report) throws IOException {
    Matcher matcher = CLEANED_TO.matcher(report);
    if (!matcher.find()) {
      throw new IOException("compact did not clean");
    }
    return Long.parseLong(matcher.group(1));
  }

  private void begin(String what, Object... values) {
    step++;
    stepStartNs = System.nanoTime();
    say("");
    say("%2d.  " + what, prepend(step, values));
  }

  private void judge(boolean held, String good, String bad, Object... values) {
    sound &= held;
    done(held ? good : bad, values);
  }

  private void done(String result, Object... values) {
    double seconds = (System.nanoTime() - stepStartNs) / 1e9;
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
