// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a broker prints, line by line, for those who wait for a line. Thread-safe. */
public final class BrokerLog {

  private static final Pattern REPAIR =
      Pattern.compile(
          "Recovering unflushed|ebuilding .*(index|segment)|index.*(corrupt|rebuil)|Could not find",
          Pattern.CASE_INSENSITIVE);

  private static final int MAX_GROWING = 1_000;

  private final List<String> lines = new ArrayList<>();
  private final Optional<Path> file;
  private int growing;
  private boolean ended;

  BrokerLog() {
    this(Optional.empty());
  }

  /**
   * @param file that every line is appended to as well
   */
  public BrokerLog(Optional<Path> file) {
    this.file = file;
  }

  /** Takes over all lines until the stream ends, on a thread of its own. */
  void follow(BufferedReader reader) {
    Thread thread =
        new Thread(
            () -> {
              try (reader) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  add(line);
                }
              } catch (IOException e) {
                lost(e);
              } finally {
                end();
              }
            },
            "broker-log");
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes over a line, without its end. */
  public synchronized void add(String line) throws IOException {
    if (line.contains("Growing cleaner I/O buffers") && ++growing > MAX_GROWING) {
      // A cleaner that spins writes more than this JVM could hold.
      return;
    }
    lines.add(line);
    if (file.isPresent()) {
      Files.writeString(
          file.get(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    notifyAll();
  }

  private synchronized void lost(IOException e) {
    lines.add("broker log lost: " + e);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** How many lines there are now. */
  public synchronized int size() {
    return lines.size();
  }

  /** All lines so far that fit. */
  public synchronized List<String> matching(Predicate<String> wanted) {
    return lines.stream().filter(wanted).toList();
  }

  /** Whether the broker found its logs as a clean stop leaves them. */
  public boolean skippedRecovery() {
    return !matching(line -> line.contains("Skipping recovery")).isEmpty();
  }

  /** Lines by which the broker found fault with its logs, or says that it repaired them. */
  public List<String> complaints() {
    return matching(line -> blamesLogs(line) || repairs(line));
  }

  private static boolean blamesLogs(String line) {
    return (line.contains(" WARN ") || line.contains(" ERROR "))
        && (line.contains("Log")
            || line.contains("ndex")
            || line.contains("egment")
            || line.contains("napshot"));
  }

  private static boolean repairs(String line) {
    // The metadata log is replayed at each start, whoever stopped how.
    return !line.contains("__cluster_metadata") && REPAIR.matcher(line).find();
  }

  /** The last lines, for a message. */
  public synchronized String tail(int count) {
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }

  /**
   * Waits for a line.
   *
   * @param from the first line looked at, see {@link #size}
   * @return empty if the broker ended, or took too long
   */
  public synchronized Optional<String> await(int from, Predicate<String> wanted, Duration atMost)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + atMost.toNanos();
    int next = from;
    while (true) {
      for (; next < lines.size(); next++) {
        if (wanted.test(lines.get(next))) {
          return Optional.of(lines.get(next));
        }
      }
      long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
      if (ended || leftMs <= 0) {
        return Optional.empty();
      }
      wait(leftMs);
    }
  }
}
