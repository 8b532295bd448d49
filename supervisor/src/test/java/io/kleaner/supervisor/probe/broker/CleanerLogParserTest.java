// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as brokers wrote them, and what they mean. */
class CleanerLogParserTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition FINE = new TopicPartition("fine", 0);

  /** 2026-11-25 03:59:15,824 in UTC. */
  private static final long AT_MS = 1795579155824L;

  @Test
  void parse_deathByMemoryIn4_namesThrowableAndWhatTheThreadBegan() {
    List<LogEvent> events =
        parse(
            """
            [2026-11-25 03:59:15,824] INFO Cleaner 1: Beginning cleaning of log orders-0 (org.apache.kafka.storage.internals.log.Cleaner)
            [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log other-7 (org.apache.kafka.storage.internals.log.Cleaner)
            [2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-1]: Error due to (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
            java.lang.OutOfMemoryError: Java heap space
            	at java.base/java.nio.HeapByteBuffer.<init>(HeapByteBuffer.java:64)
            	at org.apache.kafka.storage.internals.log.Cleaner.buildOffsetMapForSegment(Cleaner.java:701)
            [2026-11-25 03:59:16,002] INFO [kafka-log-cleaner-thread-1]: Stopped (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
            """);

    LogEvent.DiedOf death = only(events, LogEvent.DiedOf.class);
    assertThat(death.throwable()).hasValue("java.lang.OutOfMemoryError: Java heap space");
    assertThat(death.isOutOfMemory()).isTrue();
    assertThat(death.culprit()).hasValue(ORDERS);
    assertThat(death.thread()).hasValue(1);
    assertThat(death.atMs()).isEqualTo(AT_MS + 177);
    assertThat(only(events, LogEvent.Stopped.class).thread()).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({
    "INFO Kafka version : 0.9.0.1 (org.apache.kafka.common.utils.AppInfoParser), 0.9.0.1",
    "INFO Kafka version: 4.3.1 (org.apache.kafka.common.utils.AppInfoParser), 4.3.1",
    "INFO Kafka version: 2.8.2-test (org.apache.kafka.common.utils.AppInfoParser), 2.8.2"
  })
  void version_lineOfTheClientLibrary_isTheBrokersRelease(String line, String release) {
    CleanerLogParser parser = new CleanerLogParser();
    LogEntry entry = new LogEntry(AT_MS, line, List.of());

    assertThat(CleanerLogParser.concerns(entry)).isTrue();
    assertThat(parser.parse(entry)).isEmpty();
    assertThat(parser.version()).hasValue(release);
    parser.parse(new LogEntry(AT_MS, "INFO Kafka version: 4.9.0 (x)", List.of()));
    assertThat(parser.version()).as("it was upgraded").hasValue("4.9.0");
  }

  @Test
  void parse_deathIn0_9ByAFullMap_namesSegmentAndCapacity() {
    List<LogEvent> events =
        parse(
            """
            [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log fine-0. (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,900] ERROR [kafka-log-cleaner-thread-0], Error due to  (kafka.log.LogCleaner)
            java.lang.IllegalArgumentException: requirement failed: 140043 messages in segment fine-0/00000000000000000000.log but offset map can fit only 39321. You can increase log.cleaner.dedupe.buffer.size or decrease log.cleaner.threads
            	at scala.Predef$.require(Predef.scala:219)
            [2026-11-25 03:59:15,901] INFO [kafka-log-cleaner-thread-0], Stopped  (kafka.log.LogCleaner)
            """);

    assertThat(only(events, LogEvent.DiedOf.class).culprit()).hasValue(FINE);
    LogEvent.MapTooSmall small = only(events, LogEvent.MapTooSmall.class);
    assertThat(small.messages()).isEqualTo(140043);
    assertThat(small.capacity()).isEqualTo(39321);
    assertThat(small.baseOffset()).hasValue(0);
    assertThat(small.partition()).hasValue(FINE);
    assertThat(only(events, LogEvent.Stopped.class).thread()).hasValue(0);
  }

  @Test
  void parse_deathOfWhichTheBeginningWasNotSeen_namesNobody() {
    LogEvent.DiedOf death =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] ERROR [kafka-log-cleaner-thread-0]: Error due to (kafka.log.LogCleaner)
                """),
            LogEvent.DiedOf.class);

    assertThat(death.culprit()).isEmpty();
    assertThat(death.throwable()).isEmpty();
  }

  /** A death is told once, and whoever comes after has begun nothing yet. */
  @Test
  void parse_secondDeathBeforeAnyBeginning_isNotBlamedOnTheFirstOnesPartition() {
    String died =
        """
        [2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-0]: Error due to (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
        java.lang.OutOfMemoryError: Java heap space
        """;
    List<LogEvent> events =
        parse(
            """
            [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (org.apache.kafka.storage.internals.log.Cleaner)
            """
                + died
                + """
                [2026-11-25 03:59:18,000] INFO [kafka-log-cleaner-thread-0]: Starting (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
                """
                + died.replace(":16,", ":19,"));

    assertThat(events.stream().filter(LogEvent.DiedOf.class::isInstance))
        .extracting(each -> ((LogEvent.DiedOf) each).culprit())
        .containsExactly(Optional.of(ORDERS), Optional.empty());
  }

  /** A map that was too small is the reason of the death in its own entry, and of no later one. */
  @Test
  void parse_deathByAFullMap_reasonComesFirst() {
    assertThat(
            parse(
                """
                [2026-11-25 03:59:15,900] ERROR [kafka-log-cleaner-thread-0], Error due to  (kafka.log.LogCleaner)
                java.lang.IllegalArgumentException: requirement failed: 140043 messages in segment fine-0/00000000000000000000.log but offset map can fit only 39321.
                """))
        .hasExactlyElementsOfTypes(LogEvent.MapTooSmall.class, LogEvent.DiedOf.class);
  }

  /** As of memory that runs out while it looks for the next one. */
  @Test
  void parse_deathBetweenTwoCleans_isNotBlamedOnWhatWasCleanedWell() {
    String cleaned =
        """
        [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (org.apache.kafka.storage.internals.log.Cleaner)
        [2026-11-25 03:59:15,900] INFO [kafka-log-cleaner-thread-0]:\s
        	Log cleaner thread 0 cleaned log orders-0 (dirty section = [12, 22013])
        """;
    String died =
        """
        [2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-0]: Error due to (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
        java.lang.OutOfMemoryError: Java heap space
        """;
    String begun =
        """
        [2026-11-25 03:59:15,950] INFO Cleaner 0: Beginning cleaning of log fine-0 (org.apache.kafka.storage.internals.log.Cleaner)
        """;

    assertThat(only(parse(cleaned + died), LogEvent.DiedOf.class).culprit()).isEmpty();
    assertThat(only(parse(cleaned + begun + died), LogEvent.DiedOf.class).culprit()).hasValue(FINE);
    assertThat(only(parse(cleaned + died.replace("-0]", "-]")), LogEvent.DiedOf.class).culprit())
        .as("of a release that names no thread")
        .isEmpty();
  }

  @Test
  void parse_deathAfterAnotherThreadFinished_isBlamedOnItsOwn() {
    assertThat(
            only(
                    parse(
                        """
                        [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (kafka.log.LogCleaner)
                        [2026-11-25 03:59:15,825] INFO Cleaner 1: Beginning cleaning of log fine-0 (kafka.log.LogCleaner)
                        [2026-11-25 03:59:15,900] INFO [kafka-log-cleaner-thread-1]:\s
                        	Log cleaner thread 1 cleaned log fine-0 (dirty section = [12, 22013])
                        [2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-0]: Error due to (kafka.log.LogCleaner)
                        """),
                    LogEvent.DiedOf.class)
                .culprit())
        .hasValue(ORDERS);
  }

  @Test
  void parse_deathAfterItGaveAPartitionUp_isNotBlamedOnThat() {
    assertThat(
            only(
                    parse(
                        """
                        [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (kafka.log.LogCleaner)
                        [2026-11-25 03:59:15,900] WARN [kafka-log-cleaner-thread-0]: Unexpected exception thrown when cleaning log x. Marking its partition (orders-0) as uncleanable (kafka.log.LogCleaner)
                        [2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-0]: Error due to (kafka.log.LogCleaner)
                        """),
                    LogEvent.DiedOf.class)
                .culprit())
        .isEmpty();
  }

  /** The line about them comes after the one about the clean. */
  @Test
  void parse_droppedRecordsToldAfterTheClean_areOfThatClean() {
    assertThat(
            only(
                    parse(
                        """
                        [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (kafka.log.LogCleaner)
                        [2026-11-25 03:59:15,900] INFO [kafka-log-cleaner-thread-0]:\s
                        	Log cleaner thread 0 cleaned log orders-0 (dirty section = [12, 22013])
                        [2026-11-25 03:59:15,900] WARN [kafka-log-cleaner-thread-0]: 	Found 6000 invalid messages during compaction. (kafka.log.LogCleaner)
                        """),
                    LogEvent.InvalidMessages.class)
                .partition())
        .hasValue(ORDERS);
  }

  @Test
  void parse_deathOfAnotherThread_isNoBusinessOfTheCleaner() {
    assertThat(
            parse(
                """
                [2026-11-25 03:59:15,824] ERROR [ReplicaFetcher replicaId=2, leaderId=1, fetcherId=0]: Error due to (kafka.server.ReplicaFetcherThread)
                java.lang.OutOfMemoryError: Java heap space
                """))
        .isEmpty();
  }

  @Test
  void parse_uncleanableMark_namesPartitionAndCause() {
    LogEvent.MarkedUncleanable marked =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] WARN [kafka-log-cleaner-thread-0]: Unexpected exception thrown when cleaning log UnifiedLog(dir=/data/orders-0, topicId=BK2, topic=orders, partition=0, highWatermark=12, lastStableOffset=12, logStartOffset=0, logEndOffset=12). Marking its partition (orders-0) as uncleanable (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
                org.apache.kafka.storage.internals.log.LogCleaningException: Record size 0 is less than the minimum record overhead (14)
                	at org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread.cleanLog(LogCleaner.java:589)
                """),
            LogEvent.MarkedUncleanable.class);

    assertThat(marked.partition()).isEqualTo(ORDERS);
    assertThat(marked.cause().orElseThrow())
        .isEqualTo(
            "org.apache.kafka.storage.internals.log.LogCleaningException: Record size 0 is less"
                + " than the minimum record overhead (14)");
  }

  @Test
  void parse_finishedClean_hasRangeAndSizes() {
    LogEvent.Cleaned cleaned =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-1]:\s
                	Log cleaner thread 1 cleaned log orders-0 (dirty section = [12, 22013])
                	1,021.5 MB of log processed in 1.2 seconds (0.9 MB/sec).
                	Start size: 1,021.5 MB (22,013 messages)
                	End size: 0.5 MB (50 messages)
                	99.8% size reduction (99.8% fewer messages)
                 (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
                """),
            LogEvent.Cleaned.class);

    assertThat(cleaned.partition()).isEqualTo(ORDERS);
    assertThat(cleaned.thread()).hasValue(1);
    assertThat(cleaned.firstDirtyOffset()).isEqualTo(12);
    assertThat(cleaned.endOffset()).isEqualTo(22013);
    assertThat(cleaned.bytesBefore()).isEqualTo(1_071_120_384L);
    assertThat(cleaned.bytesAfter()).isEqualTo(524_288L);
  }

  @Test
  void parse_sizesOfABrokerWithCommas_areUnderstood() {
    LogEvent.Cleaned cleaned =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-1]:\s
                	Log cleaner thread 1 cleaned log orders-0 (dirty section = [0, 5])
                	Start size: 1.021,5 MB (22.013 messages)
                """),
            LogEvent.Cleaned.class);

    assertThat(cleaned.bytesBefore()).isEqualTo(1_071_120_384L);
    assertThat(cleaned.bytesAfter()).isEqualTo(-1);
  }

  @Test
  void parse_droppedRecordsWithoutKeys_areCountedForWhatTheThreadCleans() {
    LogEvent.InvalidMessages invalid =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (org.apache.kafka.storage.internals.log.Cleaner)
                [2026-11-25 03:59:15,900] WARN [kafka-log-cleaner-thread-0]: 	Found 6000 invalid messages during compaction. (org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread)
                """),
            LogEvent.InvalidMessages.class);

    assertThat(invalid.count()).isEqualTo(6000);
    assertThat(invalid.partition()).hasValue(ORDERS);
  }

  @Test
  void parse_brokerThatStarts_forgetsWhatThreadsBegan() {
    List<LogEvent> events =
        parse(
            """
            [2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0 (kafka.log.LogCleaner)
            [2026-11-25 03:59:16,824] INFO [BrokerServer id=1] Transition from SHUTDOWN to STARTING (kafka.server.BrokerServer)
            [2026-11-25 03:59:17,824] ERROR [kafka-log-cleaner-thread-0]: Error due to (kafka.log.LogCleaner)
            """);

    assertThat(only(events, LogEvent.DiedOf.class).culprit()).isEmpty();
    assertThat(only(events, LogEvent.BrokerStarted.class).atMs()).isEqualTo(AT_MS + 1000);
  }

  @Test
  void parse_startOfAnOlderBroker_isOne() {
    for (String line :
        List.of(
            "[2026-11-25 03:59:15,824] INFO starting (kafka.server.KafkaServer)",
            "[2026-11-25 03:59:15,824] INFO [Kafka Server 0], starting (kafka.server.KafkaServer)",
            "[2026-11-25 03:59:15,824] INFO [KafkaServer id=1] starting (kafka.server.KafkaServer)")) {
      assertThat(parse(line + "\n")).hasOnlyElementsOfType(LogEvent.BrokerStarted.class);
    }
  }

  @Test
  void parse_brokerThatStops_isOne() {
    for (String line :
        List.of(
            "[2026-11-25 03:59:15,824] INFO [BrokerServer id=1] shutting down (kafka.server.BrokerServer)",
            "[2026-11-25 03:59:15,824] INFO [KafkaServer id=1] shutting down (kafka.server.KafkaServer)",
            "[2026-11-25 03:59:15,824] INFO [Kafka Server 0], shutting down (kafka.server.KafkaServer)")) {
      assertThat(parse(line + "\n")).hasOnlyElementsOfType(LogEvent.BrokerStops.class).hasSize(1);
    }
    assertThat(
            parse(
                "[2026-11-25 03:59:15,824] INFO [SocketServer id=1] shutting down (kafka.network.SocketServer)\n"))
        .isEmpty();
  }

  @Test
  void parse_cleanerThatStartsAndStops_isTold() {
    List<LogEvent> events =
        parse(
            """
            [2026-11-25 03:59:15,824] INFO Shutting down the log cleaner. (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-0]: Shutting down (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-0]: Stopped (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-0]: Shutdown completed (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,824] INFO Starting the log cleaner (kafka.log.LogCleaner)
            [2026-11-25 03:59:15,824] INFO [kafka-log-cleaner-thread-0]: Starting (kafka.log.LogCleaner)
            """);

    assertThat(events.stream().map(event -> event.getClass().getSimpleName()))
        .containsExactly("Stopped", "Stopped", "Started", "Started");
  }

  @Test
  void parse_buffersThatGrowFromNothingToNothing_isTold() {
    LogEvent.GrowingBuffers growing =
        only(
            parse(
                """
                [2026-11-25 03:59:15,824] INFO Cleaner 0: Growing cleaner I/O buffers from 0 bytes to 0 bytes. (org.apache.kafka.storage.internals.log.Cleaner)
                """),
            LogEvent.GrowingBuffers.class);

    assertThat(growing.toBytes()).isZero();
  }

  @Test
  void parse_logDirectoryThatFails_isNamed() {
    assertThat(
            only(
                    parse(
                        """
                        [2026-11-25 03:59:15,824] WARN Stopping serving logs in dir /data/one (kafka.log.LogManager)
                        """),
                    LogEvent.LogDirFailed.class)
                .dir())
        .isEqualTo("/data/one");
  }

  @Test
  void parse_otherLayouts_haveTheirTimes() {
    for (String line :
        List.of(
            "2026-11-25 03:59:15,824 INFO Starting the log cleaner (kafka.log.LogCleaner) [main]",
            "2026-11-25T03:59:15.824Z INFO [main] LogCleaner - Starting the log cleaner",
            "[2026-11-25 03:59:15,824] [main] INFO kafka.log.LogCleaner - Starting the log cleaner",
            "2026-11-25T04:59:15.824+0100 INFO Starting the log cleaner")) {
      assertThat(only(parse(line + "\n"), LogEvent.Started.class).atMs()).as(line).isEqualTo(AT_MS);
    }
  }

  @Test
  void parse_lineWithoutTime_isOfNow() {
    assertThat(
            only(
                    parse("[main] INFO kafka.log.LogCleaner - Starting the log cleaner\n"),
                    LogEvent.Started.class)
                .atMs())
        .isEqualTo(42);
  }

  @Test
  void parse_lineOfAnyLength_isCut() {
    String line =
        "[2026-11-25 03:59:15,824] INFO Starting the log cleaner " + "x".repeat(100_000) + "\n";

    assertThat(only(parse(line), LogEvent.Started.class).line()).hasSizeLessThan(1100);
  }

  private static List<LogEvent> parse(String text) {
    LogLines lines = new LogLines(ZoneId.from(ZoneOffset.UTC));
    CleanerLogParser parser = new CleanerLogParser();
    List<LogEntry> entries = new ArrayList<>();
    text.lines().forEach(line -> lines.line(line, 42).ifPresent(entries::add));
    lines.flush().ifPresent(entries::add);
    return entries.stream()
        .filter(CleanerLogParser::concerns)
        .flatMap(entry -> parser.parse(entry).stream())
        .toList();
  }

  private static <E extends LogEvent> E only(List<LogEvent> events, Class<E> kind) {
    List<E> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
