// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.supervisor.broker.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log directory, a state directory and a configuration, on which services are started one after
 * the other. Not thread-safe.
 */
final class ServiceHome {

  private static final String MAIN = "io.kleaner.supervisor.cli.Main";

  private final Path dir;
  private final Path logDir;
  private final Map<String, String> config = new TreeMap<>();
  private final Map<String, String> topics =
      new TreeMap<>(Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01"));
  private final List<String> flags = new ArrayList<>();
  private final List<String> jvm = new ArrayList<>();
  private final List<String> wrapper = new ArrayList<>();
  private String classPath = ChildJvm.ownClassPath();
  private String main = MAIN;
  private String alerts = "alerts:\n  sinks: []\n";

  /**
   * @param dir an empty directory
   */
  ServiceHome(Path dir) throws IOException {
    this.dir = dir;
    this.logDir = Files.createDirectories(dir.resolve("logs"));
    config.put("state.dir", dir.resolve("state").toString());
    config.put("listen", "127.0.0.1:0");
    config.put("high.watermark", "log-end");
    config.put("scan.interval.ms", "100");
    config.put("http.actions.per.minute", "100000");
    // What starts fast counts here, not what runs fast.
    jvm.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    jvm.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
  }

  /** A key of the configuration file. */
  ServiceHome set(String key, Object value) {
    config.put(key, value.toString());
    return this;
  }

  /** A setting of all topics. */
  ServiceHome topic(String key, Object value) {
    topics.put(key, value.toString());
    return this;
  }

  /** Flags of the command line. */
  ServiceHome flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** Options of the JVM, after all others. */
  ServiceHome jvm(String... more) {
    jvm.addAll(List.of(more));
    return this;
  }

  /** Options of the JVM as the launcher gives them, instead of those that start fast. */
  ServiceHome jvmAsLaunched() {
    jvm.clear();
    jvm.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto"));
    jvm.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    return this;
  }

  /** What is put before the command line of the JVM. */
  ServiceHome wrappedIn(String... command) {
    wrapper.addAll(List.of(command));
    return this;
  }

  /** Another class path than that of this JVM. */
  ServiceHome classPath(String other) {
    classPath = other;
    return this;
  }

  /** Another main class, which is to call the real one. */
  ServiceHome main(Class<?> other) {
    main = other.getName();
    return this;
  }

  /** The part of the configuration that says who is told. */
  ServiceHome alerts(String yaml) {
    alerts = yaml;
    return this;
  }

  Path dir() {
    return dir;
  }

  Path logDir() {
    return logDir;
  }

  Path state() {
    return dir.resolve("state");
  }

  /** Where a partition is. */
  Path partition(String name) {
    return logDir.resolve(name);
  }

  /** Dirty partitions of a topic, all alike: 60 records of 10 keys in 3 segments, and an active. */
  ServiceHome partitions(String topic, int count) throws IOException {
    Path model = dir.resolve("model");
    if (!Files.exists(model)) {
      try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(model), Map.of())) {
        for (int segment = 0; segment < 3; segment++) {
          for (int i = 0; i < 20; i++) {
            log.put("key-" + i % 10, "value-" + segment + "-" + i);
          }
          log.roll();
        }
        log.put("active", "1");
      }
    }
    for (int i = 0; i < count; i++) {
      put(ScriptedLog.partition(model), topic + "-" + i);
    }
    return this;
  }

  /** A copy of a partition, which a service that runs sees whole or not at all. */
  void put(Path model, String name) throws IOException {
    Files.move(Trees.copy(model, dir.resolve("coming-" + name)), logDir.resolve(name));
  }

  private Path configFile() throws IOException {
    StringBuilder text = new StringBuilder("topics:\n  \".*\":\n");
    topics.forEach(
        (key, value) -> text.append("    ").append(key).append(": ").append(value).append('\n'));
    text.append(alerts);
    config.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return Files.writeString(dir.resolve("kleaner.yaml"), text);
  }

  private List<String> command() throws IOException {
    List<String> serve = new ArrayList<>(List.of(main, "serve", "--log-dir", logDir.toString()));
    serve.add("--config-file");
    serve.add(configFile().toString());
    serve.addAll(flags);
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(ChildJvm.line(classPath, jvm, serve));
    return all;
  }

  /** Starts a service and waits for nothing. */
  ServiceProcess launch() throws IOException {
    return ServiceProcess.launch(command(), state().resolve("token"), dir.resolve("stderr.log"));
  }

  /** Starts a service and waits until it says where it is. */
  ServiceProcess start() throws IOException {
    ServiceProcess service = launch();
    try {
      return service.awaitAddress();
    } catch (IOException e) {
      service.close();
      throw e;
    }
  }
}
