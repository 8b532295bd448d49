// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {

  private static final int CALL = 500;

  @Test
  void askedAgain_noneIsToldTwice() throws IOException {
    // So many that two choices by chance alone would have ports in common.
    List<Integer> told = new ArrayList<>(FreePorts.find(CALL));
    told.addAll(FreePorts.find(CALL));

    assertThat(told).hasSize(2 * CALL).doesNotHaveDuplicates();
  }
}
