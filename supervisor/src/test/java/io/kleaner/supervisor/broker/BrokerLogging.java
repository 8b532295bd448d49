// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Has a broker write {@code log-cleaner.log} and {@code server.log} by the loggers, the layout and
 * the split of the configuration that its release ships, and all of it to its standard output too.
 * Of 4.3.1 the former is renamed away by its size as well, if {@value #CLEANER_LOG_SIZE} is set.
 */
final class BrokerLogging {

  /** A system property: a size such as {@code 8 KB}. */
  static final String CLEANER_LOG_SIZE = "cleaner.log.size";

  private static final String LOG4J_2 =
      """
      status=error
      appender.console.type=Console
      appender.console.name=console
      appender.console.layout.type=PatternLayout
      appender.console.layout.pattern=[%d] %p %m (%c)%n
      appender.server.type=RollingFile
      appender.server.name=server
      appender.server.fileName=LOGS/server.log
      appender.server.filePattern=LOGS/server.log.%d{yyyy-MM-dd-HH}
      appender.server.layout.type=PatternLayout
      appender.server.layout.pattern=[%d] %p %m (%c)%n
      appender.server.policies.type=TimeBasedTriggeringPolicy
      appender.cleaner.type=RollingFile
      appender.cleaner.name=cleaner
      appender.cleaner.fileName=LOGS/log-cleaner.log
      appender.cleaner.filePattern=LOGS/log-cleaner.log.%d{yyyy-MM-dd-HH}.%i
      appender.cleaner.layout.type=PatternLayout
      appender.cleaner.layout.pattern=[%d] %p %m (%c)%n
      appender.cleaner.policies.type=Policies
      appender.cleaner.policies.time.type=TimeBasedTriggeringPolicy
      appender.cleaner.policies.size.type=SizeBasedTriggeringPolicy
      appender.cleaner.policies.size.size=${sys:cleaner.log.size:-1 GB}
      rootLogger.level=info
      rootLogger.appenderRef.console.ref=console
      rootLogger.appenderRef.server.ref=server
      """;

  private static final List<String> CLEANER_LOGGERS =
      List.of(
          "org.apache.kafka.storage.internals.log.LogCleaner",
          "org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread",
          "org.apache.kafka.storage.internals.log.Cleaner");

  private static final String LOG4J_1 =
      """
      log4j.rootLogger=INFO, console, server
      log4j.appender.console=org.apache.log4j.ConsoleAppender
      log4j.appender.console.layout=org.apache.log4j.PatternLayout
      log4j.appender.console.layout.ConversionPattern=[%d] %p %m (%c)%n
      log4j.appender.server=org.apache.log4j.DailyRollingFileAppender
      log4j.appender.server.DatePattern='.'yyyy-MM-dd-HH
      log4j.appender.server.File=LOGS/server.log
      log4j.appender.server.layout=org.apache.log4j.PatternLayout
      log4j.appender.server.layout.ConversionPattern=[%d] %p %m (%c)%n
      log4j.appender.cleaner=org.apache.log4j.DailyRollingFileAppender
      log4j.appender.cleaner.DatePattern='.'yyyy-MM-dd-HH
      log4j.appender.cleaner.File=LOGS/log-cleaner.log
      log4j.appender.cleaner.layout=org.apache.log4j.PatternLayout
      log4j.appender.cleaner.layout.ConversionPattern=[%d] %p %m (%c)%n
      log4j.logger.kafka.log.LogCleaner=INFO, cleaner, console
      log4j.additivity.kafka.log.LogCleaner=false
      """;

  private BrokerLogging() {}

  /**
   * Writes the configuration.
   *
   * @param logs the directory for both files
   * @return the option of the JVM that makes it take effect
   */
  static String configure(KafkaVersion version, Path home, Path logs) throws IOException {
    Files.createDirectories(logs);
    Path file = home.resolve("log4j.properties");
    boolean log4j2 = version == KafkaVersion.V4_3_1;
    Files.writeString(file, (log4j2 ? log4j2() : LOG4J_1).replace("LOGS", logs.toString()));
    return (log4j2 ? "-Dlog4j2.configurationFile=" : "-Dlog4j.configuration=") + file.toUri();
  }

  private static String log4j2() {
    StringBuilder text = new StringBuilder(LOG4J_2);
    for (int i = 0; i < CLEANER_LOGGERS.size(); i++) {
      String logger = "logger.cleaner" + i;
      text.append(logger).append(".name=").append(CLEANER_LOGGERS.get(i)).append('\n');
      text.append(logger).append(".level=info\n");
      text.append(logger).append(".additivity=false\n");
      text.append(logger).append(".appenderRef.console.ref=console\n");
      text.append(logger).append(".appenderRef.cleaner.ref=cleaner\n");
    }
    return text.toString();
  }
}
