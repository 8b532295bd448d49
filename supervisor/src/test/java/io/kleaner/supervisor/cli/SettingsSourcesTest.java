// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.settings.MetadataLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where settings of topics come from, and which of several sources counts. */
class SettingsSourcesTest {

  private static final String METADATA = "00000000000000000000.log";

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;
  private Uuid topicId;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("a-plain", temp);
    partition = logDir.resolve("plain-0");
    topicId =
        Uuid.fromString(
            Files.readString(partition.resolve("partition.metadata"))
                .lines()
                .filter(line -> line.startsWith("topic_id: "))
                .map(line -> line.substring("topic_id: ".length()).strip())
                .findFirst()
                .orElseThrow());
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.write(temp.resolve(name), List.of(lines));
  }

  private static String plan(Object... arguments) {
    List<Object> command = new ArrayList<>(List.of("compact", "--dry-run"));
    command.addAll(List.of(arguments));
    return Cli.run(command.toArray()).all();
  }

  /**
   * Places that settings come from, the strongest first, as Kafka and the specification have it.
   */
  enum Level {
    FLAG("flag"),
    FILE("config file"),
    TOPIC("metadata log, topic"),
    BROKER("metadata log, broker"),
    CLUSTER("metadata log, cluster default"),
    SERVER_PROPERTIES("server.properties"),
    UNSET("set nowhere, so Kafka's default");

    private final String text;

    Level(String text) {
      this.text = text;
    }
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void policy_saidAtOneLevelAndOtherwiseByWeakerOnes_theStrongestCounts(Level strongest)
      throws IOException {
    List<Object> arguments = new ArrayList<>();
    MetadataLog metadata = new MetadataLog(logDir).topic("plain", topicId);
    for (Level level : Level.values()) {
      if (level.compareTo(strongest) < 0) {
        continue;
      }
      String policy = level == strongest ? "delete" : "compact";
      switch (level) {
        case FLAG -> arguments.addAll(List.of("--config", "cleanup.policy=" + policy));
        case FILE ->
            arguments.addAll(
                List.of("--config-file", write("topics.properties", "cleanup.policy=" + policy)));
        case TOPIC -> metadata.config(MetadataLog.TOPIC, "plain", "cleanup.policy", policy);
        case BROKER -> metadata.config(MetadataLog.BROKER, "1", "log.cleanup.policy", policy);
        case CLUSTER -> metadata.config(MetadataLog.BROKER, "", "log.cleanup.policy", policy);
        case SERVER_PROPERTIES ->
            arguments.addAll(
                List.of(
                    "--server-properties",
                    write("server.properties", "log.cleanup.policy=" + policy)));
        default -> assertThat(level).isEqualTo(Level.UNSET);
      }
    }
    metadata.write(METADATA, 0);
    arguments.add(logDir);

    String said = plan(arguments.toArray());

    assertThat(said).contains("cleanup.policy=delete (" + strongest.text + ")");
  }

  @Test
  void metadataLog_topicThatIsCompacted_isFoundWithoutBeingNamed() throws IOException {
    String before = plan(logDir);
    new MetadataLog(logDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);

    String after = plan(logDir);

    assertThat(before).contains("plain-0 has no known cleanup.policy");
    assertThat(after).contains("plain-0: would be cleaned");
  }

  @Test
  void metadataLog_settingChangedWhileTheBrokerRan_theLastOneCounts() throws IOException {
    new MetadataLog(logDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "delete")
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);

    assertThat(plan(logDir)).contains("plain-0: would be cleaned");
  }

  @Test
  void metadataLog_otherTopicOfThatName_isAStrayAndLeftAlone() throws IOException {
    new MetadataLog(logDir)
        .topic("plain", Uuid.randomUuid())
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--topic", "plain", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.all()).contains("plain-0: skipped: ", "a stray that a broker would move aside");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void metadataLogDir_namedByHand_isTheOneThatCounts() throws IOException {
    Path metadataDir = Files.createDirectories(temp.resolve("metadata"));
    new MetadataLog(logDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "delete")
        .write(METADATA, 0);
    new MetadataLog(metadataDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);

    assertThat(plan(logDir)).contains("cleanup.policy=delete (metadata log, topic)");
    assertThat(plan("--metadata-log-dir", metadataDir, logDir)).contains("plain-0: would be");
  }

  @Test
  void metadataLogDir_brokersOwnSetting_isFoundByTheNodeOfTheLogDirectory() throws IOException {
    Path metadataDir = Files.createDirectories(temp.resolve("metadata"));
    new MetadataLog(metadataDir)
        .topic("plain", topicId)
        .config(MetadataLog.BROKER, "1", "log.cleanup.policy", "delete")
        .config(MetadataLog.BROKER, "2", "log.cleanup.policy", "compact")
        .write(METADATA, 0);

    assertThat(plan("--metadata-log-dir", metadataDir, logDir))
        .contains("cleanup.policy=delete (metadata log, broker)");
  }

  @Test
  void metadataLogDir_withoutOne_isAUsageError() {
    Cli.Run run = Cli.run("compact", "--metadata-log-dir", temp, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("--metadata-log-dir: " + temp + " has no __cluster_metadata-0");
  }

  @ParameterizedTest
  @CsvSource({"metadata.log.dir", "log.dirs", "log.dir"})
  void serverProperties_placeOfTheMetadataLog_isLookedAt(String key) throws IOException {
    Path metadataDir = Files.createDirectories(temp.resolve("metadata"));
    new MetadataLog(metadataDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);
    Path server = write("server.properties", key + "=" + metadataDir);

    assertThat(plan("--server-properties", server, logDir)).contains("plain-0: would be cleaned");
  }

  @Test
  void serverProperties_cleanerDefaults_areTaken() throws IOException {
    Path server =
        write(
            "server.properties",
            "log.cleaner.min.cleanable.ratio=1.0",
            "log.cleanup.policy=compact",
            "broker.rack=somewhere");

    String said = plan("--respect-eligibility", "--server-properties", server, logDir);

    assertThat(said).contains("is cleaned above 100.0 % (min.cleanable.dirty.ratio)");
  }

  @Test
  void output_topicOfTheMetadataLog_isFoundForTheCopyToo() throws IOException {
    new MetadataLog(logDir)
        .topic("plain", topicId)
        .config(MetadataLog.TOPIC, "plain", "cleanup.policy", "compact")
        .write(METADATA, 0);

    Cli.Run run = Cli.run("compact", "--output", temp.resolve("out"), logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("plain-0: cleaned");
  }

  @Test
  void output_wrongSetting_isToldBeforeAnythingIsCopied() {
    Path out = temp.resolve("out");

    Cli.Run run = Cli.run("compact", "--config", "colour=red", "--output", out, partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(out).doesNotExist();
  }

  @Test
  void configFile_yamlPatterns_matchWholeNamesAndTheFirstThatSaysItCounts() throws IOException {
    Path names = Fixtures.unpack("o-names", temp.resolve("names"));
    Path file =
        write(
            "topics.yaml",
            "topics:",
            "  \"my-topic\":",
            "    cleanup.policy: compact",
            "  \"my\":",
            "    cleanup.policy: compact",
            "  \"a-b.*\":",
            "    delete.retention.ms: 7",
            "  \".*\":",
            "    cleanup.policy: delete");

    String said = plan("--config-file", file, names);

    assertThat(said)
        .contains("my-topic-0: would be cleaned")
        .contains("my.topic_v1-0 has cleanup.policy=delete (config file)")
        .contains("a-b.c_d-0-0 has cleanup.policy=delete (config file)");
  }

  @Test
  void configFile_propertiesText_holdsForEveryTopic() throws IOException {
    Path file = write("kafka.conf", "# of all topics", "cleanup.policy = compact");

    assertThat(plan("--config-file", file, logDir)).contains("plain-0: would be cleaned");
  }

  @Test
  void configFile_ofTheService_isUnderstoodToo() throws IOException {
    Path file =
        write("kleaner.yaml", "threads: 2", "topics:", "  plain:", "    cleanup.policy: compact");

    assertThat(plan("--config-file", file, logDir)).contains("plain-0: would be cleaned");
  }

  static Stream<Arguments> wrongFiles() {
    return Stream.of(
        Arguments.of("t.yaml", "topics: [", "is no YAML"),
        Arguments.of("t.yaml", "topics:\n  a: {segment.bytes: 1}\n  a: {}", "duplicate key"),
        Arguments.of("t.yaml", "- orders", "expected 'topics:'"),
        Arguments.of("t.yaml", "topics:", "expected 'topics:'"),
        Arguments.of("t.yaml", "topics: compact", "expected 'topics:'"),
        Arguments.of("t.yaml", "topics:\n  orders: compact", "'orders' has no settings below it"),
        Arguments.of("t.yaml", "topics: {}\ntopicz: {}", "unknown key 'topicz'"),
        Arguments.of("t.yaml", "topics:\n  '[': {cleanup.policy: compact}", "'[' is no pattern"),
        Arguments.of("t.yaml", "topics:\n  a: {cleanup.policy: squeeze}", "not 'squeeze'"),
        Arguments.of(
            "t.yaml", "topics:\n  a: {segment.bytes: 1.5}", "is a whole number, not '1.5'"),
        Arguments.of("t.yaml", "topics:\n  a: {segment.bytes: }", "segment.bytes has one value"),
        Arguments.of("t.yaml", "topics:\n  a: {segment.bytes: [1]}", "segment.bytes has one value"),
        Arguments.of("t.yaml", "topics:\n  a: {colour: red}", "unknown setting 'colour', known"),
        Arguments.of("t.conf", "segment.bytes=\\u00zz", "is no properties file"),
        Arguments.of("t.conf", "segment.bytes=-1", "is at least 14, not -1"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void configFile_wrong_isAUsageErrorThatSaysWhere(String name, String content, String message)
      throws IOException {
    Path file = write(name, content);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--config-file", file, partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains(file.toString(), message);
    assertThat(run.out()).isEmpty();
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void settings_wrongInSeveralPlaces_areAllToldAtOnce() throws IOException {
    Path file =
        write(
            "t.yaml",
            "topics:",
            "  a: {segment.bytes: many, colour: red}",
            "  '(': {delete.retention.ms: -1}",
            "  b: 7");

    Cli.Run run =
        Cli.run(
            "compact",
            "--config",
            "shape=round",
            "--config-file",
            file,
            "--server-properties",
            temp.resolve("nowhere"),
            "--metadata-log-dir",
            temp,
            partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains("'shape'", "not 'many'", "'colour'", "'(' is no pattern")
        .contains("delete.retention.ms is at least 0", "'b' has no settings")
        .contains("nowhere cannot be read: it does not exist", "has no __cluster_metadata-0");
  }

  @Test
  void serverProperties_wrongValue_refusesThePartition() throws IOException {
    Path server = write("server.properties", "log.segment.bytes=large");
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--server-properties", server, partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("segment.bytes (server.properties)", "not 'large'");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }
}
