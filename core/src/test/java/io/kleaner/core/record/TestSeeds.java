// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.util.stream.LongStream;

/**
 * The seeds of a property test: the default ones, and as many more as {@code -Dtest.seeds} asks.
 */
final class TestSeeds {

  private TestSeeds() {}

  static LongStream of(int defaults) {
    return LongStream.range(1, 1 + defaults + Long.getLong("test.seeds", 0));
  }
}
