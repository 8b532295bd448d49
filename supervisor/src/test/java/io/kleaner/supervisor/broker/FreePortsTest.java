// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {

  @Test
  void askedAgain_noneIsToldTwice() throws IOException {
    List<Integer> told = new ArrayList<>();
    for (int call = 0; call < 20; call++) {
      told.addAll(FreePorts.find(3));
    }
    assertThat(told).hasSize(60).doesNotHaveDuplicates();
  }
}
