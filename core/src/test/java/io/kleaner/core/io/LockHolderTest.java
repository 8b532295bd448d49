// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who holds a lock, by what Linux lists of all locks. */
class LockHolderTest {

  /** Files of three disks that happen to have the same number, one whose number ends alike. */
  private static final List<String> LOCKS =
      List.of(
          "1: POSIX  ADVISORY  WRITE 11 fe:00:4711 0 EOF",
          "1: -> POSIX  ADVISORY  WRITE 12 08:01:4711 0 EOF",
          "2: FLOCK  ADVISORY  WRITE 13 08:01:14711 0 EOF",
          "3: POSIX  ADVISORY  WRITE 14 08:01:4711 0 EOF",
          "4: POSIX  ADVISORY  WRITE 15 103:12345:4711 0 EOF");

  /** The last has a device whose numbers are too large for a byte each. */
  @ParameterizedTest
  @CsvSource({"0xfe00, 11", "0x801, 14", "0x12310345, 15"})
  void pidOf_sameNumberOnOtherDisks_theHolderOnThisOne(String device, long pid) {
    assertThat(LockHolder.pidOf(Long.decode(device), 4711, LOCKS)).hasValue(pid);
  }

  @Test
  void pidOf_nobodyHoldsIt_none() {
    assertThat(LockHolder.pidOf(0x802, 4711, LOCKS)).isEmpty();
    assertThat(LockHolder.pidOf(0x801, 711, LOCKS)).isEmpty();
    assertThat(LockHolder.pidOf(0x801, 4711, List.of("", "no list of locks"))).isEmpty();
  }
}
