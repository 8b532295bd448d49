// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.util.List;

/**
 * What one engine's process is told.
 *
 * @param threads of the cleaner
 * @param mapKeys keys that one thread's map must have room for
 * @param memoryBytes Kleaner's budget in bytes instead of that; 0 for none
 */
public record EngineSettings(EngineName engine, int threads, long mapKeys, long memoryBytes) {

  private static final int ARGUMENTS = 4;

  /** The engine, with its budget if it has one. */
  public String name() {
    return engine.text(memoryBytes);
  }

  /** As command-line arguments. */
  List<String> arguments() {
    return List.of(engine.text(), "" + threads, "" + mapKeys, "" + memoryBytes);
  }

  static EngineSettings parse(String[] arguments) {
    if (arguments.length != ARGUMENTS) {
      throw new IllegalArgumentException("expected engine, threads, map keys and memory");
    }
    return new EngineSettings(
        EngineName.of(arguments[0]).orElseThrow(),
        Integer.parseInt(arguments[1]),
        Long.parseLong(arguments[2]),
        Long.parseLong(arguments[3]));
  }

  Engine start() {
    return switch (engine) {
      case KAFKA -> new KafkaEngine(threads, mapKeys);
      case KLEANER -> new KleanerEngine(threads, mapKeys, memoryBytes);
    };
  }
}
