// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertEvent;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.alert.AlertSink;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import io.kleaner.supervisor.http.ServiceApi;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Log directories, and a service that cleans them, in this process. */
final class ServiceLab implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;

  private final Path temp;
  private final Path logDir;
  private final Path state;
  private final List<AlertEvent> alerts = new CopyOnWriteArrayList<>();
  private FileSystem fileSystem = new LocalFileSystem();
  private Clock clock = Clock.system();
  private Path served;
  private int threads = 1;
  private long hungAfterMs = 60_000;
  private long stopMs = CleanerService.STOP_MS;
  private long trendWindowMs = 600_000;
  private Optional<Path> spills = Optional.empty();
  private RestartPolicy.Limits restarts = new RestartPolicy.Limits(50, 1_000, 20, 600_000, 60_000);
  private QuarantinePolicy quarantine = new QuarantinePolicy(50, 60_000, 600_000);
  private Optional<CleanerService> service = Optional.empty();
  private Optional<ServiceFacade> facade = Optional.empty();
  private final BlockingQueue<ServiceApi.Event> events = new LinkedBlockingQueue<>();

  ServiceLab(Path temp) throws IOException {
    this.temp = temp;
    this.logDir = Files.createDirectories(temp.resolve("logs"));
    this.state = temp.resolve("state");
    this.served = logDir;
  }

  ServiceLab on(FileSystem other) {
    fileSystem = other;
    return this;
  }

  ServiceLab by(Clock other) {
    clock = other;
    return this;
  }

  /** The service sees its log directory under another path. */
  ServiceLab shownAs(Path shown) {
    fileSystem = ElsewhereDisk.showing(shown, logDir);
    served = shown;
    return this;
  }

  ServiceLab threads(int count) {
    threads = count;
    return this;
  }

  ServiceLab hungAfterMs(long millis) {
    hungAfterMs = millis;
    return this;
  }

  /** Time for all of the end. */
  ServiceLab stopMs(long millis) {
    stopMs = millis;
    return this;
  }

  ServiceLab spillingTo(Path dir) {
    spills = Optional.of(dir);
    return this;
  }

  ServiceLab trendWindowMs(long millis) {
    trendWindowMs = millis;
    return this;
  }

  ServiceLab restarts(RestartPolicy.Limits limits) {
    restarts = limits;
    return this;
  }

  ServiceLab quarantine(QuarantinePolicy policy) {
    quarantine = policy;
    return this;
  }

  /** Dirty partitions of a topic, all alike: 60 records of 10 keys in 3 segments, and an active. */
  ServiceLab partitions(String topic, int count) throws IOException {
    Path model = temp.resolve("model");
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
    // A service that runs meanwhile is to see each of them whole, and its high watermark.
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(topic + "-" + i);
    }
    checkpoint(names);
    for (String name : names) {
      Path whole = Trees.copy(ScriptedLog.partition(model), temp.resolve("coming-" + name));
      Files.move(whole, logDir.resolve(name));
    }
    return this;
  }

  /** Partitions were cleaned up to an offset, by name; no worker writes that file meanwhile. */
  ServiceLab cleanedUpTo(Map<String, Long> offsets) throws IOException {
    Path file = logDir.resolve("cleaner-offset-checkpoint");
    List<String> entries = new ArrayList<>();
    if (Files.exists(file)) {
      entries.addAll(Files.readAllLines(file).stream().skip(2).toList());
    }
    offsets.forEach(
        (name, offset) -> {
          int dash = name.lastIndexOf('-');
          entries.add(name.substring(0, dash) + " " + name.substring(dash + 1) + " " + offset);
        });
    Files.writeString(file, "0\n" + entries.size() + "\n" + String.join("\n", entries) + "\n");
    return this;
  }

  /** Every partition's high watermark is its log end. */
  private void checkpoint(List<String> coming) throws IOException {
    StringBuilder lines = new StringBuilder();
    int entries = 0;
    Set<String> names = new TreeSet<>(coming);
    try (var dirs = Files.newDirectoryStream(logDir, Files::isDirectory)) {
      dirs.forEach(dir -> names.add(dir.getFileName().toString()));
    }
    for (String name : names) {
      int dash = name.lastIndexOf('-');
      lines.append(name, 0, dash).append(' ').append(name.substring(dash + 1)).append(" 61\n");
      entries++;
    }
    // As a broker does: whoever reads meanwhile finds the old ones or the new ones, never none.
    Path fresh = logDir.resolve("replication-offset-checkpoint.tmp");
    Files.writeString(fresh, "0\n" + entries + "\n" + lines);
    Files.move(
        fresh,
        logDir.resolve("replication-offset-checkpoint"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  Path logDir() {
    return logDir;
  }

  Path state() {
    return state;
  }

  ServiceLab start() throws IOException {
    SettingsResolver settings =
        new SettingsResolver(
            List.of(
                SettingsSource.forAllTopics(
                    Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01"),
                    Origin.FILE)));
    CleanerService.Setup setup =
        new CleanerService.Setup(
            List.of(served),
            false,
            threads,
            state,
            true,
            new CleanerOptions(
                Optional.empty(),
                new HighWatermarkChoice.Checkpoint(),
                false,
                UnkeyedPolicy.REFUSE,
                false,
                new CleanOptions(
                    CleanOptions.DEFAULT_MEMORY_BYTES,
                    spills.map(SpillPlace::in),
                    CleanOptions.Verify.NORMAL,
                    false),
                CleanOptions.DEFAULT_MAX_RECORD_BYTES,
                50,
                60_000),
            new SupervisionOptions(
                100, hungAfterMs, 900_000, 120_000, trendWindowMs, restarts, quarantine),
            new AlertBook(new AlertPolicy(0, 3_600_000, 1_000), Map.of()),
            new AlertDispatcher(List.of(new Ear())),
            dir -> settings);
    service =
        Optional.of(CleanerService.open(fileSystem, clock, setup, Throttle.unlimited(), stopMs));
    service.get().begin();
    facade = Optional.of(service.get().facade());
    facade.get().subscribe(events::add);
    return this;
  }

  ServiceFacade api() {
    return facade.orElseThrow();
  }

  /** Waits until something holds, looking again whenever the service says something. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            what
                + " did not happen within "
                + PATIENCE_SECONDS
                + " s; "
                + api().status()
                + api().workers()
                + api().incidents());
      }
      events.poll(1, TimeUnit.SECONDS);
    }
  }

  /** How many partitions are in a state. */
  long count(String stateName) {
    return api().partitions().stream().filter(each -> each.get("state").equals(stateName)).count();
  }

  /** One partition as the API shows it. */
  Map<String, Object> partition(String name) {
    return api().partitions().stream()
        .filter(each -> each.get("partition").equals(name))
        .findFirst()
        .orElse(Map.of());
  }

  /** The first incident of a kind, newest first. */
  Optional<Map<String, Object>> incident(String kind) {
    return api().incidents().stream().filter(each -> each.get("kind").equals(kind)).findFirst();
  }

  /** Whether an alert of a rule was told. */
  boolean isFiring(String rule) {
    return alerts.stream()
        .anyMatch(
            event -> event.kind() == AlertEvent.Kind.FIRING && event.alert().rule().equals(rule));
  }

  /** What was told so far. */
  List<AlertEvent> alerts() {
    return List.copyOf(alerts);
  }

  /** As a signal does: the end is asked for, and nobody waits for it yet. */
  void askToStop() {
    service.orElseThrow().stop();
  }

  void stop() throws IOException {
    if (service.isPresent()) {
      service.get().close();
      service = Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /** Hears every alert. */
  private final class Ear implements AlertSink {

    @Override
    public String name() {
      return "ear";
    }

    @Override
    public void offer(AlertEvent event) {
      alerts.add(event);
    }

    @Override
    public Status status() {
      return new Status(name(), alerts.size(), 0, 0, 0, "");
    }

    @Override
    public void close() {}
  }
}
