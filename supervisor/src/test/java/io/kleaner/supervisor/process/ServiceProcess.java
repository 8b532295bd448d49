// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.supervisor.broker.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code kleaner serve} as a process of its own, by its real main class. It never outlives the test
 * that started it. Not thread-safe.
 */
final class ServiceProcess implements AutoCloseable {

  private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int TAIL = 40;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a client that is made once: a service is asked often. */
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private final Process process;
  private final Path tokenFile;
  private final Path errors;
  private final BufferedReader output;
  private String firstLine = "";
  private URI url = URI.create("http://127.0.0.1:1");

  private ServiceProcess(Process process, Path tokenFile, Path errors) {
    this.process = process;
    this.tokenFile = tokenFile;
    this.errors = errors;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a service and waits for nothing.
   *
   * @param command its command line
   * @param tokenFile where it will keep its token
   * @param errors gets what it prints on standard error
   */
  static ServiceProcess launch(List<String> command, Path tokenFile, Path errors)
      throws IOException {
    return new ServiceProcess(
        ChildJvm.start(
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .directory(errors.getParent().toFile())),
        tokenFile,
        errors);
  }

  /** Waits until it says where it is. */
  ServiceProcess awaitAddress() throws IOException {
    firstLine = Optional.ofNullable(output.readLine()).orElse("");
    Matcher found = URL.matcher(firstLine);
    if (!found.find()) {
      throw new IOException("no address in the first line '" + firstLine + "'\n" + tail());
    }
    url = URI.create(found.group());
    return this;
  }

  /** The first line that it printed. */
  String firstLine() {
    return firstLine;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What an interface of it answers. */
  JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url.resolve(path)).GET());
  }

  /** The status code of what it answers. */
  int statusOf(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(10)).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** Its metrics, as Prometheus reads them. */
  String metrics() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url.resolve("/metrics")).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Carries out an action with the service's token. */
  JsonNode post(String path) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(url.resolve(path))
            .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private static JsonNode send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(
            request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  JsonNode status() throws IOException, InterruptedException {
    return get("/api/v1/status");
  }

  /** Its latest incidents, newest first. */
  List<JsonNode> incidents() throws IOException, InterruptedException {
    return list("/api/v1/incidents?limit=1000");
  }

  /** The latest incidents of one kind, newest first. */
  List<JsonNode> incidents(String kind) throws IOException, InterruptedException {
    return incidents().stream().filter(each -> each.path("kind").asText().equals(kind)).toList();
  }

  List<JsonNode> partitions() throws IOException, InterruptedException {
    return list("/api/v1/partitions?limit=1000");
  }

  List<JsonNode> workers() throws IOException, InterruptedException {
    return list("/api/v1/workers?limit=1000");
  }

  List<JsonNode> alerts() throws IOException, InterruptedException {
    return list("/api/v1/alerts?limit=1000");
  }

  private List<JsonNode> list(String path) throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    get(path).path("items").forEach(all::add);
    return all;
  }

  /** Whether an alert of a rule fires. */
  boolean isFiring(String rule) throws IOException, InterruptedException {
    return alerts().stream()
        .anyMatch(
            alert ->
                alert.path("rule").asText().equals(rule)
                    && alert.path("state").asText().equals("firing"));
  }

  /** How many partitions are in a state. */
  int count(String state) throws IOException, InterruptedException {
    return status().path("partitionsByState").path(state).asInt();
  }

  /** One partition. */
  Optional<JsonNode> partition(String name) throws IOException, InterruptedException {
    return partitions().stream()
        .filter(each -> each.path("partition").asText().equals(name))
        .findFirst();
  }

  /** Something that may come to hold. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /** Waits until something holds; fails at once when the process has ended. */
  void await(String what, Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError(
            what
                + " did not happen"
                + (process.isAlive()
                    ? " within " + PATIENCE + ": " + status() + workers() + incidents()
                    : ": the process has ended with " + process.exitValue())
                + "\n"
                + tail());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Lets it run for a while, which it must not end in. */
  void run(long millis) throws InterruptedException {
    if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it has ended by itself with " + process.exitValue() + tail());
    }
  }

  /** Ends it at once, as a crash would. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Asks it to end, as {@code kill} does; its output can still be read. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for its end; empty if it does not come. */
  OptionalInt awaitExit(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  /** The last lines that it printed on standard error. */
  String tail() {
    try {
      List<String> lines = Files.readAllLines(errors);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      // Whoever removes its directory next must not find it writing there.
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      output.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // Its end of the pipe is gone.
    }
  }
}
