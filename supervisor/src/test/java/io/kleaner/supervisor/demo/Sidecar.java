// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.ChildJvm;
import io.kleaner.supervisor.broker.Kleaner;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real {@code kleaner watch}, in a process of its own, and its API. Not thread-safe. */
public final class Sidecar implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern URL = Pattern.compile("http://[0-9.:]+");
  private static final Pattern TOKEN = Pattern.compile("token for actions: (.+)");
  private static final int STOP_SECONDS = 15;
  private static final int POLL_MS = 100;
  private static final int STOPPED = 130;

  /** What {@code scripts/kleaner} gives the JVM of a sidecar. */
  public static final List<String> AS_LAUNCHED =
      List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1");

  private static final String HEAP = "-Xmx128m";

  private final Process process;
  private final URI url;
  private final Path tokenFile;
  private final List<String> printed;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  private Sidecar(Process process, URI url, Path tokenFile, List<String> printed) {
    this.process = process;
    this.url = url;
    this.tokenFile = tokenFile;
    this.printed = printed;
  }

  /** The command line beside a broker, by all sources. */
  public static List<String> command(BrokerJvm broker, Path state, String... more) {
    List<String> command = withoutAdmin(broker, state, more);
    command.addAll(1, List.of("--bootstrap-server", broker.bootstrap()));
    return command;
  }

  /** The same by JMX and files alone. */
  static List<String> withoutAdmin(BrokerJvm broker, Path state, String... more) {
    List<String> command = new ArrayList<>(List.of("watch", "--jmx", broker.jmx()));
    command.addAll(List.of("--log-dir", broker.logDir().toString()));
    for (String log : List.of("log-cleaner.log", "server.log")) {
      command.addAll(List.of("--broker-log", broker.logs().resolve(log).toString()));
    }
    command.addAll(List.of("--state-dir", state.toString(), "--listen", "127.0.0.1:0"));
    command.addAll(List.of(more));
    return command;
  }

  /** Starts it and waits until it says where its page is. */
  public static Sidecar start(List<String> arguments) throws IOException {
    List<String> options = new ArrayList<>(AS_LAUNCHED);
    options.add(HEAP);
    Process process = Kleaner.start(options, arguments.toArray(String[]::new));
    List<String> printed = new ArrayList<>();
    BufferedReader reader = process.inputReader();
    Optional<String> url = Optional.empty();
    Optional<String> token = Optional.empty();
    String line = reader.readLine();
    while (line != null) {
      printed.add(line);
      Matcher urls = URL.matcher(line);
      Matcher tokens = TOKEN.matcher(line);
      url = url.isEmpty() && urls.find() ? Optional.of(urls.group()) : url;
      token = tokens.find() ? Optional.of(tokens.group(1)) : token;
      if (url.isPresent() && token.isPresent()) {
        break;
      }
      line = reader.readLine();
    }
    if (url.isEmpty() || token.isEmpty()) {
      process.destroyForcibly();
      throw new IOException("kleaner watch did not start:\n" + String.join("\n", printed));
    }
    Thread drain =
        new Thread(() -> reader.lines().forEach(each -> remember(printed, each)), "sidecar-output");
    drain.setDaemon(true);
    drain.start();
    return new Sidecar(process, URI.create(url.get() + "/"), Path.of(token.get().strip()), printed);
  }

  private static void remember(List<String> printed, String line) {
    synchronized (printed) {
      printed.add(line);
    }
  }

  /** Where its page is. */
  public URI url() {
    return url;
  }

  /** What lets a person act. */
  public String token() throws IOException {
    return Files.readString(tokenFile).strip();
  }

  /** What it printed. */
  public List<String> printed() {
    synchronized (printed) {
      return List.copyOf(printed);
    }
  }

  /** A document of its API. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url.resolve(path)).GET());
  }

  /** Does something, with the token. */
  public JsonNode post(String path, String reason) throws IOException, InterruptedException {
    String body = JSON.writeValueAsString(JSON.createObjectNode().put("reason", reason));
    return send(
        HttpRequest.newBuilder(url.resolve(path))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token())
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request.timeout(TIMEOUT).header("Accept", "application/json").build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          response.uri() + " answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** Waits until a list of its API has such an item; empty if it never had in time. */
  public Optional<JsonNode> await(String path, Predicate<JsonNode> wanted, Duration atMost)
      throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + atMost.toNanos();
    while (true) {
      for (JsonNode item : get(path).path("items")) {
        if (wanted.test(item)) {
          return Optional.of(item);
        }
      }
      if (System.nanoTime() > deadlineNs || !process.isAlive()) {
        return Optional.empty();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Waits until it sees a cleaner thread that is well; false if it never did in time. */
  public boolean awaitCleaner(Duration atMost) throws IOException, InterruptedException {
    return await(
            "/api/v1/workers",
            each -> each.path("verdict").asText().equalsIgnoreCase("healthy"),
            atMost)
        .isPresent();
  }

  /** Whether it is at no remedy. */
  boolean isQuiet() throws IOException, InterruptedException {
    return await(
            "/api/v1/remedies",
            each -> each.path("state").asText().equals("running"),
            Duration.ZERO)
        .isEmpty();
  }

  /** Waits until its status is such; false if it never was in time. */
  public boolean awaitStatus(Predicate<JsonNode> wanted, Duration atMost)
      throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + atMost.toNanos();
    while (!wanted.test(get("/api/v1/status"))) {
      if (System.nanoTime() > deadlineNs || !process.isAlive()) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return true;
  }

  /** Its process. */
  public long pid() {
    return process.pid();
  }

  /** What it has used of all processors together since its start. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Asks it to stop; whether it did, in order. */
  public boolean stop() throws InterruptedException {
    process.toHandle().destroy();
    return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)
        && (process.exitValue() == 0 || process.exitValue() == STOPPED);
  }

  /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    // The next one of its state directory must not find it locked.
    ChildJvm.awaitEnd(process);
  }
}
