// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.config.TopicConfigFile;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** By what a broker is looked at; each option adds a source, and none is needed by itself. */
final class SourceOptions {

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description =
          "The broker's address: settings, offsets, replicas, open transactions, and every remedy."
              + " Default: the cluster is not asked.")
  private String bootstrap;

  @Option(
      names = "--broker-version",
      paramLabel = "RELEASE",
      description =
          "The broker's release, such as 0.9.0.1 or 4.3.1. One of 0.9 is never asked by"
              + " --bootstrap-server; where named sources don't tell the release, none is."
              + " Default: what JMX, --broker-log and --log-dir tell.")
  private String version;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties of a Kafka client: SASL, SSL and whatever else it needs."
              + " Default: none, plaintext.")
  private Path commandConfig;

  @Option(
      names = "--jmx",
      paramLabel = "HOST:PORT|URL",
      description =
          "The broker's JMX: cleaner threads with their stacks, and the stock gauges."
              + " Default: JMX is not asked.")
  private String jmx;

  @Option(
      names = "--jmx-user",
      paramLabel = "USER",
      description = "For JMX, if it asks." + " Default: nobody.")
  private String jmxUser;

  @Option(
      names = "--jmx-password-file",
      paramLabel = "FILE",
      description = "File with that user's password." + " Default: no password.")
  private Path jmxPasswordFile;

  @Option(names = "--jmx-ssl", description = "JMX speaks TLS; trust comes from the JVM's settings.")
  private boolean jmxSsl;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "Instead of --jmx: the broker's process on this machine, of the same user."
              + " Default: JMX is not asked.")
  private Long pid;

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description =
          "A log directory of the broker, only read: dirty bytes, checkpoints, eligibility; may be"
              + " given several times."
              + " Default: no directory is looked at.")
  private List<Path> logDirs = List.of();

  @Option(
      names = "--broker-log",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "log-cleaner.log and server.log of the broker: why a thread died, what was given up;"
              + " followed over rotation."
              + " Default: no log is read.")
  private List<Path> brokerLogs = List.of();

  @Option(
      names = "--broker-log-zone",
      paramLabel = "ZONE",
      description = "Time zone of the times in these files. Default: this machine's.")
  private String zone;

  /**
   * What is named.
   *
   * @param problems gets everything that is wrong
   */
  ProbeTargets targets(FileSystem fileSystem, List<String> problems) throws IOException {
    Optional<AdminTarget> admin = admin(fileSystem, problems);
    Optional<JmxTarget> target = jmxTarget(fileSystem, problems);
    for (Path dir : logDirs) {
      if (!isDirectory(fileSystem, dir)) {
        problems.add("--log-dir " + dir + " is no directory that can be read");
      }
    }
    if (admin.isEmpty() && target.isEmpty() && logDirs.isEmpty() && brokerLogs.isEmpty()) {
      problems.add(
          "name a source: --bootstrap-server, --jmx or --pid, --log-dir, --broker-log; the more, the"
              + " more is known");
    }
    ZoneId at = ZoneId.systemDefault();
    if (zone != null) {
      try {
        at = ZoneId.of(zone);
      } catch (DateTimeException e) {
        problems.add("--broker-log-zone " + zone + " is no time zone, such as UTC or Europe/Oslo");
      }
    }
    return new ProbeTargets(
        admin,
        release(version, problems),
        target,
        logDirs,
        brokerLogs,
        at,
        new SettingsResolver(List.of(SettingsSource.internalTopics())));
  }

  /**
   * A release by the operator's word.
   *
   * @param problems gets what is none
   */
  static Optional<String> release(String version, List<String> problems) {
    if (version != null && !version.matches("\\d+(\\.\\d+)+")) {
      problems.add("--broker-version " + version + " is no release, such as 0.9.0.1 or 4.3.1");
    }
    return Optional.ofNullable(version);
  }

  private static boolean isDirectory(FileSystem fileSystem, Path dir) {
    try {
      return fileSystem.stat(fileSystem.realPath(dir)).filter(FileEntry::isDirectory).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<AdminTarget> admin(FileSystem fileSystem, List<String> problems)
      throws IOException {
    Map<String, String> properties =
        commandConfig == null
            ? Map.of()
            : TopicConfigFile.properties(fileSystem, commandConfig, problems);
    checkStores(fileSystem, properties, problems);
    if (bootstrap == null) {
      if (commandConfig != null) {
        problems.add("--command-config needs --bootstrap-server");
      }
      return Optional.empty();
    }
    checkAddresses(bootstrap, problems);
    return Optional.of(new AdminTarget(bootstrap, properties));
  }

  /**
   * A client is made long after the start, when the first remedy needs it: too late to learn it.
   */
  private void checkStores(
      FileSystem fileSystem, Map<String, String> properties, List<String> problems) {
    for (String key : List.of("ssl.keystore.location", "ssl.truststore.location")) {
      String store = properties.get(key);
      if (store == null) {
        continue;
      }
      try {
        fileSystem.openRead(fileSystem.realPath(Path.of(store))).close();
      } catch (IOException e) {
        problems.add(commandConfig + ": " + key + ": " + IoProblem.of(e).text());
      } catch (InvalidPathException e) {
        problems.add(commandConfig + ": " + key + ": " + e.getMessage());
      }
    }
  }

  /**
   * Checks what clients are to connect to.
   *
   * @param problems gets each that is no address
   */
  static void checkAddresses(String bootstrap, List<String> problems) {
    for (String each : bootstrap.split(",")) {
      if (!each.strip().matches("(\\[[0-9a-fA-F:.]+\\]|[^:/\\s]+):\\d{1,5}")) {
        problems.add(
            "--bootstrap-server '"
                + each
                + "' is no address: expected HOST:PORT, as in"
                + " 127.0.0.1:9092");
      }
    }
  }

  private Optional<JmxTarget> jmxTarget(FileSystem fileSystem, List<String> problems) {
    if (jmx != null && pid != null) {
      problems.add("--jmx and --pid say the same: give one of them");
    }
    if ((jmxUser == null) != (jmxPasswordFile == null)) {
      problems.add("--jmx-user and --jmx-password-file need each other");
    }
    if (jmx == null && (jmxUser != null || jmxSsl)) {
      problems.add("--jmx-user and --jmx-ssl need --jmx");
    }
    if (pid != null) {
      if (pid <= 0) {
        problems.add("--pid " + pid + " is no process number");
      }
      return Optional.of(new JmxTarget.Local(pid));
    }
    if (jmx == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(JmxTarget.of(jmx, credentials(fileSystem, problems), jmxSsl));
    } catch (IllegalArgumentException e) {
      problems.add("--jmx " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<JmxTarget.Credentials> credentials(
      FileSystem fileSystem, List<String> problems) {
    if (jmxUser == null || jmxPasswordFile == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new JmxTarget.Credentials(jmxUser, SmallFile.text(fileSystem, jmxPasswordFile).strip()));
    } catch (IOException e) {
      problems.add(jmxPasswordFile + " cannot be read: " + IoProblem.of(e).text());
      return Optional.empty();
    }
  }
}
