// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.keymap.KeyMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of the last clean of a partition. */
class LastCleanTest {

  /** Beside the map there are buffers or a filter, for which the memory is also. */
  @ParameterizedTest
  @ValueSource(longs = {1, 3, 32, 128})
  void mapUse_keysThatTheMapHasRoomFor_aFullMapIsAllOfIt(long mebibytes) {
    long memoryBytes = mebibytes << 20;
    long most = KeyMap.forKeys(Long.MAX_VALUE / 64, KeyIndex.mapBudgetBytes(memoryBytes)).maxKeys();

    assertThat(LastClean.mapUse(most, memoryBytes)).isCloseTo(1, within(0.001));
    assertThat(LastClean.mapUse(most / 2, memoryBytes)).isCloseTo(0.5, within(0.001));
    assertThat(LastClean.mapUse(most * 2, memoryBytes)).isEqualTo(1);
    assertThat(LastClean.mapUse(0, memoryBytes)).isZero();
  }
}
