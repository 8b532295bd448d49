// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.settings.MetadataLogReader;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import io.kleaner.supervisor.cleaner.SettingsRefresh;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.config.ServeSetting;
import io.kleaner.supervisor.config.TopicConfigFile;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import io.kleaner.supervisor.service.CleanerService;
import io.kleaner.supervisor.service.OwnPlace;
import io.kleaner.supervisor.service.StateDir;
import io.kleaner.supervisor.service.SupervisionOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Turns the service's configuration into what the service is made of. Pure but for files read. */
final class ServeSetup {

  private static final int STABLE_MS = 60_000;

  private final FileSystem fileSystem;
  private final ServeConfig config;
  private final Map<String, String> topicFlags;

  ServeSetup(FileSystem fileSystem, ServeConfig config, Map<String, String> topicFlags) {
    this.fileSystem = fileSystem;
    this.config = config;
    this.topicFlags = topicFlags;
  }

  CleanerService.Setup service(boolean chaos, AlertConfig alerts, AlertDispatcher dispatcher)
      throws IOException {
    return new CleanerService.Setup(
        logDirs(),
        config.flag(ServeSetting.EXCLUSIVE),
        (int) config.number(ServeSetting.THREADS),
        stateDir(),
        chaos,
        cleaning(),
        supervision(),
        new AlertBook(alerts.defaults(), alerts.byRule()),
        dispatcher,
        settings());
  }

  /** Each once, however often and by whatever link it was named. */
  private List<Path> logDirs() throws IOException {
    Map<Path, Path> byRealPath = new LinkedHashMap<>();
    for (Path named : config.logDirs()) {
      byRealPath.putIfAbsent(fileSystem.realPath(named), named);
    }
    return List.copyOf(byRealPath.values());
  }

  private Path stateDir() {
    return config.path(ServeSetting.STATE_DIR).orElseGet(StateHome::byDefault);
  }

  private CleanerOptions cleaning() {
    int threads = (int) config.number(ServeSetting.THREADS);
    return new CleanerOptions(
        Optional.of(config.text(ServeSetting.TOPIC))
            .filter(text -> !text.isEmpty())
            .map(Pattern::compile),
        config.text(ServeSetting.HIGH_WATERMARK).equals("log-end")
            ? new HighWatermarkChoice.LogEnd()
            : new HighWatermarkChoice.Checkpoint(),
        config.text(ServeSetting.TOMBSTONES).equals("expire"),
        UnkeyedPolicy.valueOf(config.text(ServeSetting.UNKEYED).toUpperCase(Locale.ROOT)),
        config.flag(ServeSetting.UPGRADE_FORMAT),
        new CleanOptions(
            config.bytes(ServeSetting.MEMORY) / threads,
            config.path(ServeSetting.SPILL_DIR).map(SpillPlace::in),
            CleanOptions.Verify.valueOf(config.text(ServeSetting.VERIFY).toUpperCase(Locale.ROOT)),
            false),
        (int) Math.min(config.bytes(ServeSetting.MAX_RECORD_BYTES), Integer.MAX_VALUE - 8),
        config.number(ServeSetting.SCAN_INTERVAL),
        config.number(ServeSetting.FULL_SCAN_INTERVAL));
  }

  private SupervisionOptions supervision() {
    return new SupervisionOptions(
        config.number(ServeSetting.HEARTBEAT_INTERVAL),
        config.number(ServeSetting.HUNG_AFTER),
        config.number(ServeSetting.STALLED_AFTER),
        config.number(ServeSetting.BLIND_AFTER),
        config.number(ServeSetting.TREND_WINDOW),
        new RestartPolicy.Limits(
            config.number(ServeSetting.RESTART_BACKOFF),
            config.number(ServeSetting.RESTART_BACKOFF_MAX),
            (int) config.number(ServeSetting.RESTART_BUDGET),
            config.number(ServeSetting.RESTART_BUDGET_WINDOW),
            STABLE_MS),
        new QuarantinePolicy(
            config.number(ServeSetting.FAILURE_BACKOFF),
            config.number(ServeSetting.QUARANTINE_RETRY),
            config.number(ServeSetting.QUARANTINE_RETRY_MAX)));
  }

  Throttle throttle(Clock clock) {
    String rate = config.text(ServeSetting.THROTTLE);
    return rate.isEmpty()
        ? Throttle.unlimited()
        : new Throttle(clock, config.bytes(ServeSetting.THROTTLE));
  }

  /** Where settings of topics come from, read anew each time. */
  private SettingsRefresh settings() {
    return this::resolver;
  }

  private SettingsResolver resolver(LogDir logDir) throws IOException {
    List<String> problems = new ArrayList<>();
    Map<String, String> server = Map.of();
    Optional<Path> properties = config.path(ServeSetting.SERVER_PROPERTIES);
    if (properties.isPresent()) {
      server = TopicConfigFile.properties(fileSystem, properties.get(), problems);
    }
    if (!problems.isEmpty()) {
      throw new IOException(String.join("; ", problems));
    }
    return new SettingsOptions.Read(
            List.of(SettingsSource.forAllTopics(topicFlags, Origin.FLAG), config.topics()),
            server,
            config.path(ServeSetting.METADATA_LOG_DIR))
        .resolver(fileSystem, logDir);
  }

  /**
   * How the service is reached.
   *
   * @param problems gets everything that is wrong
   */
  Optional<HttpConfig> http(List<String> problems) throws IOException {
    config.path(ServeSetting.TOKEN_FILE).flatMap(this::tokenProblem).ifPresent(problems::add);
    Optional<InetSocketAddress> address = address(problems);
    HttpConfig http =
        new HttpConfig(
            // What else is wrong shows on any address.
            address.orElse(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            config.path(ServeSetting.TLS_CERTIFICATE),
            config.path(ServeSetting.TLS_KEY),
            config.path(ServeSetting.TLS_CLIENT_CA),
            config.flag(ServeSetting.ALLOW_INSECURE_REMOTE),
            config.flag(ServeSetting.ANONYMOUS_READS),
            (int) config.number(ServeSetting.MAX_CONNECTIONS),
            16,
            (int) config.number(ServeSetting.ACTIONS_PER_MINUTE));
    problems.addAll(http.problems());
    HttpServer.problem(fileSystem, http).ifPresent(problems::add);
    return address.map(known -> http);
  }

  private Optional<InetSocketAddress> address(List<String> problems) {
    String listen = config.text(ServeSetting.LISTEN);
    int colon = listen.lastIndexOf(':');
    if (colon <= 0) {
      problems.add("listen is HOST:PORT, such as 127.0.0.1:9277, not '" + listen + "'");
      return Optional.empty();
    }
    try {
      String host = listen.substring(0, colon).replaceAll("[\\[\\]]", "");
      int port = Integer.parseInt(listen.substring(colon + 1));
      return Optional.of(new InetSocketAddress(InetAddress.getAllByName(host)[0], port));
    } catch (UnknownHostException | IllegalArgumentException e) {
      problems.add("listen: '" + listen + "': " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<String> tokenProblem(Path file) {
    try {
      StateDir.readToken(fileSystem, file);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "http.token.file: "
              + IoProblem.of(e).text()
              + "; write a token there, or name no file to have one made in the state directory");
    }
  }

  private Optional<String> logDirProblem(Path dir) {
    try {
      return fileSystem.stat(dir).isPresent()
          ? Optional.empty()
          : Optional.of("log directory " + dir + " does not exist");
    } catch (IOException e) {
      return Optional.of("log directory " + dir + ": " + IoProblem.of(e).text());
    }
  }

  private Optional<String> metadataProblem(Path logDir) {
    Path log = logDir.resolve(MetadataLogReader.DIRECTORY);
    String problem;
    try {
      if (fileSystem.stat(log).isEmpty()) {
        problem = logDir + " has no " + MetadataLogReader.DIRECTORY;
      } else if (fileSystem
          .stat(fileSystem.realPath(log))
          .filter(FileEntry::isDirectory)
          .isEmpty()) {
        problem = log + " is no directory";
      } else {
        return Optional.empty();
      }
    } catch (IOException e) {
      problem = IoProblem.of(e).text();
    }
    return Optional.of("metadata.log.dir: " + problem + "; name the log directory in which it is");
  }

  /** Everything that only shows when values are seen together. */
  void check(List<String> problems) throws IOException {
    if (config.logDirs().isEmpty()) {
      problems.add("name a log directory with --log-dir, or with log.dirs in the file");
    }
    config.logDirs().stream().flatMap(dir -> logDirProblem(dir).stream()).forEach(problems::add);
    try {
      Pattern.compile(config.text(ServeSetting.TOPIC));
    } catch (PatternSyntaxException e) {
      problems.add("topic is no pattern: " + e.getDescription());
    }
    Optional<Path> properties = config.path(ServeSetting.SERVER_PROPERTIES);
    if (properties.isPresent()) {
      TopicConfigFile.properties(fileSystem, properties.get(), problems);
    }
    config
        .path(ServeSetting.METADATA_LOG_DIR)
        .flatMap(this::metadataProblem)
        .ifPresent(problems::add);
    OwnPlace elsewhere = OwnPlace.outside(fileSystem, config.logDirs());
    Stream.of(
            elsewhere.problem(stateDir(), OwnPlace.Use.STATE),
            config
                .path(ServeSetting.SPILL_DIR)
                .flatMap(dir -> elsewhere.problem(dir, OwnPlace.Use.SPILLS)))
        .flatMap(Optional::stream)
        .forEach(problems::add);
  }
}
