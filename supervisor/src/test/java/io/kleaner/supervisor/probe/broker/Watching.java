// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerJvm;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Our probes on a real broker, and a test that waits for what they see. */
final class Watching implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final long POLL_MS = 100;

  private final BrokerProbes probes;

  private Watching(ProbeTargets targets) {
    probes = new BrokerProbes(targets, new LocalFileSystem(), Clock.system());
    probes.start();
  }

  /** By all sources. */
  static Watching all(BrokerJvm broker) {
    return new Watching(targets(broker, admin(broker), Optional.of(jmx(broker))));
  }

  /** By all but the Admin API. */
  static Watching withoutAdmin(BrokerJvm broker) {
    return new Watching(targets(broker, Optional.empty(), Optional.of(jmx(broker))));
  }

  /** By files alone, and a JVM of this machine. */
  static Watching byPid(BrokerJvm broker) {
    return new Watching(
        targets(broker, Optional.empty(), Optional.of(new JmxTarget.Local(broker.pid()))));
  }

  private static Optional<AdminTarget> admin(BrokerJvm broker) {
    return Optional.of(new AdminTarget(broker.bootstrap(), Map.of()));
  }

  private static JmxTarget jmx(BrokerJvm broker) {
    return JmxTarget.of(broker.jmx(), Optional.empty(), false);
  }

  private static ProbeTargets targets(
      BrokerJvm broker, Optional<AdminTarget> admin, Optional<JmxTarget> jmx) {
    return new ProbeTargets(
        admin,
        Optional.empty(),
        jmx,
        List.of(broker.logDir()),
        List.of(broker.logs().resolve("server.log"), broker.logs().resolve("log-cleaner.log")),
        ZoneId.systemDefault(),
        new SettingsResolver(List.of(SettingsSource.internalTopics())));
  }

  BrokerProbes probes() {
    return probes;
  }

  /** The first sample that is as wanted. */
  BrokerSample await(Predicate<BrokerSample> wanted) throws InterruptedException {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    BrokerSample sample = probes.sample();
    while (!wanted.test(sample)) {
      assertThat(System.nanoTime()).as("not seen in time: %s", sample).isLessThan(deadlineNs);
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      sample = probes.sample();
    }
    return sample;
  }

  /** The first sample in which a partition is as wanted. */
  BrokerPartition awaitPartition(String topic, Predicate<BrokerPartition> wanted)
      throws InterruptedException {
    TopicPartition partition = new TopicPartition(topic, 0);
    return await(
            sample ->
                sample.partitions().containsKey(partition)
                    && wanted.test(sample.partitions().get(partition)))
        .partitions()
        .get(partition);
  }

  /** The first event of a kind. */
  <E extends LogEvent> E awaitEvent(Class<E> kind) throws InterruptedException {
    return await(sample -> sample.log().get().flatMap(log -> log.last(kind)).isPresent())
        .log()
        .get()
        .flatMap(log -> log.last(kind))
        .orElseThrow();
  }

  /** How many threads are at something. */
  static long threads(BrokerSample sample, StackClass stack) {
    return sample.threads().get().orElse(List.of()).stream()
        .filter(thread -> thread.stack() == stack)
        .count();
  }

  @Override
  public void close() {
    probes.close();
  }
}
