// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MeasuredTest {

  @Test
  void ratio_lonePartition_peerOfOneThreadForAll() {
    Measured measured = Samples.measured("W1");

    assertThat(measured.ratio(1).orElseThrow()).isCloseTo(4, within(1e-9));
    assertThat(measured.ratio(2).orElseThrow()).isCloseTo(8, within(1e-9));
    assertThat(measured.ratio(3)).isEmpty();
    assertThat(measured.coldRatio(1).orElseThrow()).isCloseTo(4, within(1e-9));
  }

  @Test
  void median_ofRuns_theOneInTheMiddle() {
    assertThat(Measured.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(Measured.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
  }

  @Test
  void geometricMean_ofRatios_theirs() {
    assertThat(Measured.geometricMean(new double[] {2, 8})).isCloseTo(4, within(1e-9));
  }

  @Test
  void text_ofSameness_saysWhich() {
    assertThat(Measured.Sameness.UNKNOWN.text()).isEqualTo("not compared");
    assertThat(Samples.measured("W1").sameness().text()).isEqualTo("same bytes");
  }
}
