// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.keymap.KeyMap;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void parse_ofToLine_theSame() {
    Figures figures = new Figures(0.125, 1.5, 1.75, 2.25, 1L << 40, 7, 26.5, 8, 9, 2, 10);

    assertThat(Figures.parse(figures.toLine())).isEqualTo(figures);
  }

  @Test
  void parse_somethingElse_refused() {
    assertThatThrownBy(() -> Figures.parse("Exception in thread main"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not figures");
  }

  @Test
  void mapSizes_sameKeys_roomForAll() {
    double keys = 50_000_000;

    assertThat(KafkaEngine.mapBytes((long) keys) / 24.0 * 0.9).isGreaterThan(keys);
    assertThat(
            (double) KeyIndex.mapBudgetBytes(KleanerEngine.memoryFor((long) keys))
                / KeyMap.SLOT_BYTES
                * KeyMap.MAX_LOAD)
        .isGreaterThanOrEqualTo(keys);
  }

  @Test
  void parse_ofSettings_theSame() {
    EngineSettings settings = new EngineSettings(EngineName.KLEANER, 2, 1000, 5);

    assertThat(EngineSettings.parse(settings.arguments().toArray(String[]::new)))
        .isEqualTo(settings);
  }
}
