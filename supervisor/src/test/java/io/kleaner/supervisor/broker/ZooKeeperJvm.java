// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The ZooKeeper that a broker of old needs, in a JVM of its own. Not thread-safe. */
final class ZooKeeperJvm implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;

  private ZooKeeperJvm(Process process) {
    this.process = process;
  }

  /** Starts it on loopback and waits until it serves. */
  static ZooKeeperJvm start(KafkaVersion version, Path home, int port)
      throws IOException, InterruptedException {
    Files.createDirectories(home);
    Path config = home.resolve("zookeeper.properties");
    Files.writeString(
        config,
        "dataDir=%s%nclientPort=%d%nclientPortAddress=127.0.0.1%nmaxClientCnxns=0%n"
            .formatted(home.resolve("data"), port));
    Process process =
        ChildJvm.start(
            home,
            BrokerClassPath.of(version),
            List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dzookeeper.admin.enableServer=false",
                "-Dzookeeper.jmx.log4j.disable=true",
                // Else one of 2.8 refuses what one of 0.9 left, which had not made a snapshot yet.
                "-Dzookeeper.snapshot.trust.empty=true",
                BrokerLogging.configure(version, home, home.resolve("logs"))),
            List.of("org.apache.zookeeper.server.quorum.QuorumPeerMain", config.toString()));
    BrokerLog log = new BrokerLog();
    log.follow(process.inputReader(StandardCharsets.UTF_8));
    if (log.await(0, line -> line.contains("binding to port"), START).isEmpty()) {
      process.destroyForcibly();
      throw new IOException("ZooKeeper did not start:\n" + log.tail(30));
    }
    return new ZooKeeperJvm(process);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    ChildJvm.awaitEnd(process);
  }
}
