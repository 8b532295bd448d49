// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.nio.file.Path;
import java.util.Map;

/** Cleans a partition by one of the two cleaners, in a JVM whose heap its caller has chosen. */
final class BombCleaner {

  private BombCleaner() {}

  /**
   * Prints what came of it.
   *
   * @param args {@code kafka} or {@code kleaner}, the partition directory, the upper bound
   */
  public static void main(String[] args) throws Exception {
    Path partition = Path.of(args[1]);
    if (args[0].equals("kafka")) {
      long upperBound = Long.parseLong(args[2]);
      KafkaOracle.Round round = new KafkaOracle.Round(Map.of(), 0, upperBound, ScriptedLog.TIME_MS);
      System.out.println(KafkaOracle.clean(partition, round, 0, upperBound));
    } else {
      System.out.println(
          Cleaning.at(ScriptedLog.TIME_MS).verify(CleanOptions.Verify.NORMAL).run(partition));
    }
  }
}
