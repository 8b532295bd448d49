// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka broker, of the version on the class path, in a JVM of its own: one node that is
 * broker and controller, on loopback, its data below a given directory. Never outlives this JVM.
 *
 * <p>Not thread-safe.
 */
public final class BrokerJvm implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final int LOWEST_PORT = 20_000;
  private static final int HIGHEST_PORT = 32_000;
  private static final int PORT_ATTEMPTS = 100;

  private final Path home;
  private final int port;
  private final List<String> jvmOptions =
      new ArrayList<>(List.of("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=info"));
  private Optional<Path> logFile = Optional.empty();
  private Process process;
  private BrokerLog log = new BrokerLog();

  private BrokerJvm(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  /**
   * Formats the storage of a broker that is yet to be started.
   *
   * @param home an empty directory
   * @param extra properties beside those that a single node needs
   */
  public static BrokerJvm format(Path home, Map<String, String> extra)
      throws IOException, InterruptedException {
    int[] ports = freePorts();
    Files.createDirectories(home);
    StringBuilder properties = new StringBuilder();
    properties(home, ports, extra)
        .forEach((key, value) -> properties.append(key).append('=').append(value).append('\n'));
    Files.writeString(home.resolve("server.properties"), properties);
    BrokerJvm broker = new BrokerJvm(home, ports[0]);
    Process format =
        broker.java(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            Uuid.randomUuid().toString(),
            "-c",
            home.resolve("server.properties").toString());
    BrokerLog output = new BrokerLog();
    output.follow(format.inputReader(StandardCharsets.UTF_8));
    if (!format.waitFor(START.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
      format.destroyForcibly();
      throw new IOException("formatting the storage failed:\n" + output.tail(30));
    }
    return broker;
  }

  private static Map<String, String> properties(Path home, int[] ports, Map<String, String> extra) {
    Map<String, String> all = new TreeMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put("controller.quorum.voters", "1@127.0.0.1:" + ports[1]);
    all.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + ports[0] + ",CONTROLLER://127.0.0.1:" + ports[1]);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("log.dirs", home.resolve("data").toString());
    all.put("offsets.topic.replication.factor", "1");
    all.put("offsets.topic.num.partitions", "1");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.num.partitions", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("log.cleaner.backoff.ms", "500");
    all.put("log.cleaner.dedupe.buffer.size", "4194304");
    all.put("log.cleaner.io.buffer.size", "65536");
    all.put("log.retention.check.interval.ms", "5000");
    all.put("log.initial.task.delay.ms", "1000");
    all.putAll(extra);
    return all;
  }

  private static int[] freePorts() throws IOException {
    try (ServerSocket one = anyFree();
        ServerSocket other = anyFree()) {
      return new int[] {one.getLocalPort(), other.getLocalPort()};
    }
  }

  /**
   * Not one of those that systems give to clients: while the broker is down its own clients keep
   * calling, and one that was given the broker's port would keep the broker from coming back.
   */
  private static ServerSocket anyFree() throws IOException {
    Random random = new Random();
    IOException failure = new IOException("no port is free");
    for (int i = 0; i < PORT_ATTEMPTS; i++) {
      int port = LOWEST_PORT + random.nextInt(HIGHEST_PORT - LOWEST_PORT);
      try {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /** Adds options of the broker's JVM; a later one of the same name counts. */
  public BrokerJvm jvmOptions(String... options) {
    jvmOptions.addAll(List.of(options));
    return this;
  }

  /**
   * Opens JMX on loopback from the next start on, without authentication.
   *
   * @return where to connect to, {@code host:port}
   */
  public String openJmx() throws IOException {
    int jmxPort;
    try (ServerSocket socket = anyFree()) {
      jmxPort = socket.getLocalPort();
    }
    jvmOptions(
        "-Dcom.sun.management.jmxremote",
        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
        "-Dcom.sun.management.jmxremote.port=" + jmxPort,
        "-Dcom.sun.management.jmxremote.rmi.port=" + jmxPort,
        "-Dcom.sun.management.jmxremote.authenticate=false",
        "-Dcom.sun.management.jmxremote.ssl=false",
        "-Djava.rmi.server.hostname=127.0.0.1");
    return "127.0.0.1:" + jmxPort;
  }

  /** Has what it prints appended to a file too, each line with its time as in Kafka's own logs. */
  public BrokerJvm logTo(Path file) {
    logFile = Optional.of(file);
    return jvmOptions(
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=[yyyy-MM-dd HH:mm:ss,SSS]");
  }

  /** Starts the broker and waits until it serves. */
  public void start() throws IOException, InterruptedException {
    log = new BrokerLog(logFile);
    process = java("kafka.Kafka", home.resolve("server.properties").toString());
    log.follow(process.inputReader(StandardCharsets.UTF_8));
    if (log.await(0, line -> line.contains("Kafka Server started"), START).isEmpty()) {
      kill();
      throw new IOException("the broker did not start:\n" + log.tail(40));
    }
  }

  /** Asks the broker to stop and waits until it did. */
  public void stop() throws IOException, InterruptedException {
    // Process.destroy would close the streams too: what it says while stopping would be lost.
    process.toHandle().destroy();
    if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
      kill();
      throw new IOException("the broker did not stop:\n" + log.tail(40));
    }
  }

  /** Ends the broker at once, as a crash would. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** The number of its process. */
  public long pid() {
    return process.pid();
  }

  /** Where clients connect to. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** The log directory. */
  public Path logDir() {
    return home.resolve("data");
  }

  /** What it printed since it was last started. */
  public BrokerLog log() {
    return log;
  }

  @Override
  public void close() {
    kill();
  }

  private Process java(String... mainAndArguments) throws IOException {
    return ChildJvm.start(home, jvmOptions, List.of(mainAndArguments));
  }
}
