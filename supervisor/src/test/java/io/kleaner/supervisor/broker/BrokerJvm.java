// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka broker in a JVM of its own, on loopback, with JMX and with the log files of a real
 * installation, its data below a given directory. Where its version can, one node is broker and
 * controller; otherwise a ZooKeeper runs beside it. Never outlives this JVM.
 *
 * <p>Not thread-safe.
 */
public final class BrokerJvm implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration STOP = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 3;

  /**
   * For JVMs that live for seconds: half of a start is compilers and a garbage collector at work.
   */
  static final List<String> SHORT_LIFE = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final BrokerSpec spec;
  private final Path home;
  private final Ports ports;
  private final List<String> jvmOptions = new ArrayList<>();
  private Optional<Path> logFile = Optional.empty();
  private ZooKeeperJvm zooKeeper;
  private Process process;
  private BrokerLog log = new BrokerLog();

  private record Ports(int client, int controller, int jmx) {}

  private BrokerJvm(BrokerSpec spec, Path home, Ports ports) {
    this.spec = spec;
    this.home = home;
    this.ports = ports;
  }

  /** Prepares a broker of the current version that is yet to be started. */
  public static BrokerJvm format(Path home, Map<String, String> extra)
      throws IOException, InterruptedException {
    return format(home, BrokerSpec.of(KafkaVersion.V4_3_1).with(extra));
  }

  /**
   * Prepares a broker that is yet to be started.
   *
   * @param home an empty directory
   */
  public static BrokerJvm format(Path home, BrokerSpec spec)
      throws IOException, InterruptedException {
    List<Integer> free = FreePorts.find(3);
    Ports ports = new Ports(free.get(0), free.get(1), free.get(2));
    BrokerJvm broker = new BrokerJvm(spec, home.toAbsolutePath(), ports);
    Files.createDirectories(home);
    broker.writeProperties();
    if (spec.version().ownQuorum()) {
      broker.formatStorage();
    }
    return broker;
  }

  /**
   * Why no broker of a version can be had here: its jars are neither at hand nor to be fetched.
   * Empty if it can; a test skips with this.
   *
   * @throws IOException if something else is wrong with it
   */
  public static Optional<String> unobtainable(KafkaVersion version)
      throws IOException, InterruptedException {
    try {
      BrokerClassPath.of(version);
      return Optional.empty();
    } catch (BrokerClassPath.NotFetchedException e) {
      return Optional.of(e.getMessage());
    }
  }

  private void formatStorage() throws IOException, InterruptedException {
    String clusterId = spec.clusterId().orElseGet(() -> Uuid.randomUuid().toString());
    boolean oneDirectory = !spec.properties().containsKey("log.dirs");
    if (oneDirectory && FormattedStorage.again(spec, logDir(), clusterId)) {
      return;
    }
    List<String> options = new ArrayList<>(SHORT_LIFE);
    options.add(BrokerLogging.configure(spec.version(), home, logs()));
    Process format =
        ChildJvm.start(
            home,
            BrokerClassPath.of(spec.version()),
            options,
            List.of(
                "kafka.tools.StorageTool",
                "format",
                "-t",
                clusterId,
                "-c",
                propertiesFile().toString()));
    BrokerLog output = new BrokerLog();
    output.follow(format.inputReader(StandardCharsets.UTF_8));
    if (!format.waitFor(START.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
      format.destroyForcibly();
      throw new IOException("formatting the storage failed:\n" + output.tail(30));
    }
    if (oneDirectory) {
      FormattedStorage.keep(spec, logDir());
    }
  }

  private void writeProperties() throws IOException {
    StringBuilder text = new StringBuilder();
    properties().forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    Files.writeString(propertiesFile(), text);
  }

  private Map<String, String> properties() {
    Map<String, String> all = new TreeMap<>();
    if (spec.version().ownQuorum()) {
      all.put("process.roles", "broker,controller");
      all.put("node.id", String.valueOf(spec.nodeId()));
      all.put("controller.quorum.voters", spec.nodeId() + "@127.0.0.1:{controllerPort}");
      all.put("listeners", "PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}");
      all.put("controller.listener.names", "CONTROLLER");
    } else {
      all.put("broker.id", String.valueOf(spec.nodeId()));
      all.put("zookeeper.connect", "127.0.0.1:{controllerPort}");
      all.put("listeners", "PLAINTEXT://127.0.0.1:{port}");
      all.put("log.cleaner.enable", "true");
    }
    all.put("log.dirs", "{home}/data");
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
    all.putAll(spec.properties());
    all.replaceAll((key, value) -> filled(value));
    return all;
  }

  private String filled(String value) {
    return value
        .replace("{port}", String.valueOf(ports.client()))
        .replace("{controllerPort}", String.valueOf(ports.controller()))
        .replace("{home}", home.toString());
  }

  /** Adds options of the broker's JVM; a later one of the same name counts. */
  public BrokerJvm jvmOptions(String... options) {
    jvmOptions.addAll(List.of(options));
    return this;
  }

  /** Has what it prints appended to one file too, beside its log files. */
  public BrokerJvm logTo(Path file) {
    logFile = Optional.of(file);
    return this;
  }

  /** Starts the broker and waits until it serves. */
  public void start() throws IOException, InterruptedException {
    launch();
    awaitServing();
  }

  /** Waits until a broker that was launched serves. */
  public void awaitServing() throws IOException, InterruptedException {
    Predicate<String> serves =
        spec.version().ownQuorum()
            ? line -> line.contains("Kafka Server started")
            : line -> line.contains("started (kafka.server.KafkaServer)");
    for (int attempt = 1; log.await(0, serves, START).isEmpty(); attempt++) {
      kill();
      boolean portTaken = !log.matching(line -> line.contains("already in use")).isEmpty();
      if (!portTaken || attempt == ATTEMPTS) {
        throw new IOException("the broker did not start:\n" + log.tail(40));
      }
      // Whoever has it has it for a moment, as a client that was given it by chance.
      process.waitFor();
      TimeUnit.SECONDS.sleep(1);
      launch();
    }
  }

  /** Starts the broker without waiting for it, as one of a cluster must be. */
  public void launch() throws IOException, InterruptedException {
    if (!spec.version().ownQuorum() && zooKeeper == null) {
      zooKeeper = ZooKeeperJvm.start(spec.version(), home.resolve("zookeeper"), ports.controller());
    }
    log = new BrokerLog(logFile);
    List<String> options = new ArrayList<>(SHORT_LIFE);
    options.add("-Xmx" + spec.heapMib() + "m");
    options.add(BrokerLogging.configure(spec.version(), home, logs()));
    options.add("-Dcom.sun.management.jmxremote");
    options.add("-Dcom.sun.management.jmxremote.host=127.0.0.1");
    options.add("-Dcom.sun.management.jmxremote.port=" + ports.jmx());
    options.add("-Dcom.sun.management.jmxremote.rmi.port=" + ports.jmx());
    options.add("-Dcom.sun.management.jmxremote.authenticate=false");
    options.add("-Dcom.sun.management.jmxremote.ssl=false");
    options.add("-Djava.rmi.server.hostname=127.0.0.1");
    spec.systemProperties().forEach((key, value) -> options.add("-D" + key + "=" + filled(value)));
    options.addAll(jvmOptions);
    process =
        ChildJvm.start(
            home,
            BrokerClassPath.of(spec.version()),
            options,
            List.of("kafka.Kafka", propertiesFile().toString()));
    log.follow(process.inputReader(StandardCharsets.UTF_8));
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

  /** What it was made from. */
  public BrokerSpec spec() {
    return spec;
  }

  /** Where clients connect to. */
  public String bootstrap() {
    return "127.0.0.1:" + ports.client();
  }

  /**
   * Where JMX clients connect to: host and port. The same as {@link #jmx}, which is always open.
   */
  public String openJmx() {
    return jmx();
  }

  /** Where JMX clients connect to: host and port. */
  public String jmx() {
    return "127.0.0.1:" + ports.jmx();
  }

  /** Where its controller listens, or its ZooKeeper. */
  public String controller() {
    return "127.0.0.1:" + ports.controller();
  }

  /** Its process id since it was last started. */
  public long pid() {
    return process.pid();
  }

  /** The log directory. */
  public Path logDir() {
    return home.resolve("data");
  }

  /** Where {@code log-cleaner.log} and {@code server.log} are. */
  public Path logs() {
    return home.resolve("logs");
  }

  /** Its configuration. */
  public Path propertiesFile() {
    return home.resolve("server.properties");
  }

  /** What it printed since it was last started. */
  public BrokerLog log() {
    return log;
  }

  @Override
  public void close() {
    kill();
    if (process != null) {
      // Whoever removes its directory next must not find it writing there.
      ChildJvm.awaitEnd(process);
    }
    if (zooKeeper != null) {
      zooKeeper.close();
    }
  }
}
