// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One bit for each record, above 2^31 of them too. */
class BitsTest {

  @Test
  void count_anyRange_asASet() {
    Random random = new Random(3);
    Bits bits = new Bits();
    BitSet model = new BitSet();
    for (int i = 0; i < 5_000; i++) {
      int index = random.nextInt(20_000);
      assertThat(bits.set(index)).isEqualTo(!model.get(index));
      model.set(index);
    }
    for (int i = 0; i < 5_000; i++) {
      int from = random.nextInt(20_000);
      int length = random.nextInt(700);
      assertThat(bits.count(from, length)).isEqualTo(model.get(from, from + length).cardinality());
    }
  }

  @Test
  void set_beyondTwoToTheThirtyOne_thatBitAlone() {
    Bits bits = new Bits();
    long far = (1L << 32) + 5;
    bits.set(far);

    assertThat(bits.get(far)).isTrue();
    assertThat(bits.get(5)).isFalse();
    assertThat(bits.get(far - 1)).isFalse();
    assertThat(bits.count(far - 10, 20)).isEqualTo(1);
  }
}
