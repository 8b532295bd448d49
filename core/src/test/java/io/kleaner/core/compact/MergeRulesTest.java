// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which neighbours may become one batch, header by header. */
class MergeRulesTest {

  private static final int MAGIC = 16;
  private static final int ATTRIBUTES = 21;
  private static final int LOG_APPEND_TIME = 0x08;

  /** A batch of one record without producer, at offset 10. */
  private static ByteBuffer plain() {
    ByteBuffer bytes = ByteBuffer.allocate(BatchHeader.V2_OVERHEAD);
    bytes.putLong(0, 10).putInt(8, BatchHeader.V2_OVERHEAD - BatchHeader.LOG_OVERHEAD);
    bytes.putInt(12, 5).put(MAGIC, (byte) 2);
    bytes.putLong(27, 1000).putLong(35, 1000).putLong(43, -1).putShort(51, (short) -1);
    return bytes.putInt(53, -1).putInt(57, 1);
  }

  private static BatchHeader with(Consumer<ByteBuffer> change) {
    ByteBuffer bytes = plain();
    change.accept(bytes);
    return new BatchHeader().wrap(bytes, 0);
  }

  private static BatchHeader attributes(int bits) {
    return with(it -> it.putShort(ATTRIBUTES, (short) bits));
  }

  @ParameterizedTest(name = "attributes {0}: {1}")
  @CsvSource({
    "0x00, true", // no codec
    "0x01, true", // gzip
    "0x04, true", // zstd
    "0x05, false", // no codec that is known
    "0x08, true", // LogAppendTime
    "0x10, false", // transactional
    "0x20, false", // marker
    "0x30, false", // marker of a transaction
    "0x40, false", // delete horizon
    "0x80, false" // nobody knows
  })
  void isMergeable_attributes_asListed(String bits, boolean expected) {
    assertThat(MergeRules.isMergeable(attributes(Integer.decode(bits)))).isEqualTo(expected);
  }

  @Test
  void isMergeable_anySignOfAProducer_no() {
    assertThat(MergeRules.isMergeable(with(it -> it.putLong(43, 7)))).isFalse();
    assertThat(MergeRules.isMergeable(with(it -> it.putShort(51, (short) 0)))).isFalse();
    assertThat(MergeRules.isMergeable(with(it -> it.putInt(53, 0)))).isFalse();
  }

  @Test
  void isMergeable_emptyOrOldFormat_no() {
    assertThat(MergeRules.isMergeable(with(it -> it.putInt(57, 0)))).isFalse();
    assertThat(MergeRules.isMergeable(with(it -> it.put(MAGIC, (byte) 1)))).isFalse();
  }

  /** A successor at offset 11, and a change to it. */
  private static boolean joins(Consumer<ByteBuffer> change, boolean anyCodec) {
    BatchHeader next =
        with(
            it -> {
              it.putLong(0, 11);
              change.accept(it);
            });
    return MergeRules.joins(with(it -> {}), 10, next, anyCodec);
  }

  @Test
  void joins_nextOfItsKind_yes() {
    assertThat(joins(it -> {}, false)).isTrue();
    assertThat(joins(it -> it.putLong(0, 1_000_000), false)).isTrue();
    assertThat(joins(it -> it.putLong(35, 999), false)).isTrue();
  }

  @Test
  void joins_otherLeaderEpoch_no() {
    assertThat(joins(it -> it.putInt(12, 6), false)).isFalse();
  }

  @Test
  void joins_otherCodec_onlyIfTheMergedBatchHasItsOwn() {
    assertThat(joins(it -> it.putShort(ATTRIBUTES, (short) 4), false)).isFalse();
    assertThat(joins(it -> it.putShort(ATTRIBUTES, (short) 4), true)).isTrue();
  }

  @Test
  void joins_otherTimestampType_no() {
    assertThat(joins(it -> it.putShort(ATTRIBUTES, (short) LOG_APPEND_TIME), true)).isFalse();
  }

  @ParameterizedTest(name = "appended at 1000 and {0}: {1}")
  @CsvSource({"1000, true", "1001, false"})
  void joins_logAppendTime_onlyOfOneTime(long time, boolean expected) {
    BatchHeader first = attributes(LOG_APPEND_TIME);
    BatchHeader next =
        with(
            it ->
                it.putLong(0, 11).putShort(ATTRIBUTES, (short) LOG_APPEND_TIME).putLong(35, time));

    assertThat(MergeRules.joins(first, 10, next, false)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "offset {0} after 10: {1}")
  @CsvSource({"10, false", "9, false", "2147483657, true", "2147483658, false"})
  void joins_offset_ascendingAndWithinAnInt(long offset, boolean expected) {
    assertThat(joins(it -> it.putLong(0, offset), false)).isEqualTo(expected);
  }
}
