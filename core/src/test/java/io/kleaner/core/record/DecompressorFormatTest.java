// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/** The variants of each format that clients other than Kafka's own write, and their limits. */
class DecompressorFormatTest {

  private static final byte[] TEXT = Payloads.recordLike(new SplittableRandom(3), 5000).bytes();
  private static final byte[] MORE = Payloads.recordLike(new SplittableRandom(4), 3000).bytes();
  private static final byte[] BOTH = concat(TEXT, MORE);

  // Gzip

  @Test
  void read_gzipOfTwoMembers_both() throws IOException {
    byte[] payload = concat(kafka(Codec.GZIP, TEXT), kafka(Codec.GZIP, MORE));
    assertThat(OurStreams.decompress(Codec.GZIP, payload)).isEqualTo(BOTH);
  }

  @Test
  void read_gzipHeaderWithAllFields_skipped() throws IOException {
    assertThat(OurStreams.decompress(Codec.GZIP, gzipWithAllFields(0))).isEqualTo(TEXT);
    assertThat(KafkaStreams.decompress(Codec.GZIP, gzipWithAllFields(0))).isEqualTo(TEXT);
  }

  @Test
  void begin_gzipHeaderWithWrongChecksum_refused() {
    assertRefused(Codec.GZIP, gzipWithAllFields(1), "gzip header checksum");
  }

  /** Extra field, name, comment and header checksum, the last of which is off by some amount. */
  private static byte[] gzipWithAllFields(int checksumError) {
    byte[] plain;
    try {
      plain = kafka(Codec.GZIP, TEXT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    byte[] fields = {3, 0, 9, 9, 9, 'n', 0, 'c', 'c', 0};
    byte[] header = concat(Arrays.copyOf(plain, 10), fields);
    header[3] = 2 | 4 | 8 | 16;
    CRC32 crc = new CRC32();
    crc.update(header);
    int sum = (int) crc.getValue() + checksumError;
    byte[] checksum = {(byte) sum, (byte) (sum >> 8)};
    return concat(header, checksum, Arrays.copyOfRange(plain, 10, plain.length));
  }

  @Test
  void read_gzipTrailerOfOtherLength_refusedWithBothValues() throws IOException {
    byte[] payload = kafka(Codec.GZIP, TEXT);
    payload[payload.length - 4]++;
    assertRefused(Codec.GZIP, payload, "and 5001 bytes", "and 5000 bytes");
  }

  @Test
  void read_gzipTrailerOfOtherChecksum_refused() throws IOException {
    byte[] payload = kafka(Codec.GZIP, TEXT);
    payload[payload.length - 8] ^= 1;
    assertRefused(Codec.GZIP, payload, "gzip trailer: stored 0x");
  }

  // Snappy

  @Test
  void read_snappyWithoutFrame_decompressed() throws IOException {
    assertThat(OurStreams.decompress(Codec.SNAPPY, Snappy.compress(TEXT))).isEqualTo(TEXT);
  }

  @Test
  void read_snappyShorterThanAFrameHeader_decompressed() throws IOException {
    byte[] text = {1, 2, 3};
    assertThat(OurStreams.decompress(Codec.SNAPPY, Snappy.compress(text))).isEqualTo(text);
  }

  @Test
  void read_snappyFramesOneAfterTheOther_both() throws IOException {
    byte[] payload = concat(kafka(Codec.SNAPPY, TEXT), kafka(Codec.SNAPPY, MORE));
    assertThat(OurStreams.decompress(Codec.SNAPPY, payload)).isEqualTo(BOTH);
  }

  @Test
  void read_snappyLaterFrameOfUnknownVersion_refused() throws IOException {
    byte[] second = kafka(Codec.SNAPPY, MORE);
    ByteBuffer.wrap(second).putInt(8, 0);
    byte[] payload = concat(kafka(Codec.SNAPPY, TEXT), second);
    assertRefused(Codec.SNAPPY, payload, "unknown version 0");
  }

  @Test
  void read_snappyBlockThatClaimsTooMuch_refusedBeforeAllocating() {
    // A length of 2^31-1 as a varint, then nothing that could fill it.
    byte[] payload = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7, 0, 0, 0};
    assertRefused(Codec.SNAPPY, payload, "snappy block claims 2147483647 bytes");
  }

  @Test
  void read_snappyBlockOverBound_refusedWithSizes() throws IOException {
    byte[] payload = Snappy.compress(new byte[OurStreams.BOUND_BYTES + 1]);
    assertThatThrownBy(() -> OurStreams.decompress(Codec.SNAPPY, payload))
        .isInstanceOf(BoundExceededException.class)
        .hasMessage("a snappy block needs 16777217 bytes, the bound is 16777216");
  }

  // LZ4

  @ParameterizedTest
  @EnumSource(BLOCKSIZE.class)
  void read_lz4BlocksOfAnySizeWithChecksums_decompressed(BLOCKSIZE size) throws IOException {
    byte[] large = Payloads.recordLike(new SplittableRandom(9), 6_000_000).bytes();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LZ4FrameOutputStream frame =
        new LZ4FrameOutputStream(
            out,
            size,
            large.length,
            LZ4Factory.fastestInstance().fastCompressor(),
            XXHashFactory.fastestInstance().hash32(),
            Bits.BLOCK_INDEPENDENCE,
            Bits.BLOCK_CHECKSUM,
            Bits.CONTENT_CHECKSUM,
            Bits.CONTENT_SIZE)) {
      frame.write(large);
    }
    assertThat(OurStreams.decompress(Codec.LZ4, out.toByteArray())).isEqualTo(large);
  }

  @Test
  void read_lz4BlocksThatDoNotCompress_copied() throws IOException {
    byte[] noise = new byte[200_000];
    new SplittableRandom(2).nextBytes(noise);
    assertThat(OurStreams.decompress(Codec.LZ4, kafka(Codec.LZ4, noise))).isEqualTo(noise);
  }

  @Test
  void begin_lz4HeaderChecksumOfMagic0_onlyThereAccepted() throws IOException {
    byte[] payload = KafkaStreams.compress(Codec.LZ4, TEXT, new int[] {TEXT.length}, (byte) 0);
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      assertThat(OurStreams.decompress(ours.of(Codec.LZ4), payload, true, 4096)).isEqualTo(TEXT);
    }
    assertRefused(Codec.LZ4, payload, "header does not match its checksum");
  }

  @Test
  void read_lz4WithoutEndMark_refused() throws IOException {
    byte[] payload = kafka(Codec.LZ4, TEXT);
    assertRefused(Codec.LZ4, Arrays.copyOf(payload, payload.length - 4), "LZ4 frame ends early");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x61, 0x62, 0xa0, 0x20})
  void begin_lz4FlagsOfOtherFormats_refused(int flags) throws IOException {
    byte[] payload = kafka(Codec.LZ4, TEXT);
    payload[4] = (byte) flags;
    assertRefused(Codec.LZ4, payload, String.format("unsupported LZ4 frame: flags 0x%02x", flags));
  }

  @Test
  void read_lz4BlockOverBound_refusedWithSizes() throws IOException {
    byte[] payload = kafka(Codec.LZ4, new byte[64 * 1024]);
    try (Decompressors ours = new Decompressors(1000)) {
      assertThatThrownBy(() -> OurStreams.decompress(ours.of(Codec.LZ4), payload, false, 4096))
          .isInstanceOf(BoundExceededException.class)
          .hasMessageContaining("an LZ4 block needs")
          .hasMessageContaining("the bound is 1000");
    }
  }

  // Zstd

  @Test
  void read_zstdFramesWithSkippableBetween_both() throws IOException {
    byte[] skippable = {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
    byte[] payload = concat(kafka(Codec.ZSTD, TEXT), skippable, Zstd.compress(MORE));
    assertThat(OurStreams.decompress(Codec.ZSTD, payload)).isEqualTo(BOTH);
  }

  @Test
  void read_zstdOfLevel19WithChecksum_decompressed() throws IOException {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      byte[] payload = context.setLevel(19).setChecksum(true).compress(BOTH);
      assertThat(OurStreams.decompress(Codec.ZSTD, payload)).isEqualTo(BOTH);
    }
  }

  @Test
  void read_zstdWithWrongChecksum_refused() throws IOException {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      byte[] payload = context.setChecksum(true).compress(BOTH);
      payload[payload.length - 1] ^= 1;
      assertRefused(Codec.ZSTD, payload, "zstd payload is corrupt");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {25, 27, 30, 41})
  void read_zstdWindowOverBound_refusedWithSizes(int windowLog) {
    byte[] payload = zstdHeader((windowLog - 10) << 3);
    long asked = 1L << windowLog;
    assertThatThrownBy(() -> OurStreams.decompress(Codec.ZSTD, payload))
        .isInstanceOf(BoundExceededException.class)
        .hasMessage("a zstd window needs " + asked + " bytes, the bound is 16777216");
  }

  private static byte[] zstdHeader(int windowDescriptor) {
    return ByteBuffer.allocate(32)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0xFD2FB528)
        .put((byte) 0)
        .put((byte) windowDescriptor)
        .array();
  }

  @Test
  void read_zstdSingleSegmentOverBound_refusedWithSizes() {
    byte[] payload =
        ByteBuffer.allocate(32)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xFD2FB528)
            .put((byte) (0xC0 | 0x20))
            .putLong(1L << 40)
            .array();
    assertThatThrownBy(() -> OurStreams.decompress(Codec.ZSTD, payload))
        .isInstanceOf(BoundExceededException.class)
        .hasMessageContaining("a zstd window needs 1099511627776 bytes");
  }

  // All

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void read_payloadCutAnywhere_refusedOrCutShort(Codec codec) throws IOException {
    byte[] payload = kafka(codec, MORE);
    for (int length = 0; length < payload.length; length++) {
      byte[] cut = Arrays.copyOf(payload, length);
      try {
        assertThat(OurStreams.decompress(codec, cut).length).isLessThan(MORE.length);
      } catch (CorruptBatchException e) {
        assertThat(e).as("cut at %d", length).hasMessageContaining(name(codec));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void begin_afterRefusedPayload_readsTheNextOne(Codec codec) throws IOException {
    byte[] payload = kafka(codec, TEXT);
    byte[] cut = Arrays.copyOf(payload, payload.length - 9);
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      assertThatThrownBy(() -> OurStreams.decompress(ours.of(codec), cut, false, 100))
          .isInstanceOf(CorruptBatchException.class);
      assertThat(OurStreams.decompress(ours.of(codec), payload, false, 100)).isEqualTo(TEXT);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void begin_beforeTheLastPayloadWasReadToItsEnd_readsTheNextOne(Codec codec) throws IOException {
    byte[] large = Payloads.recordLike(new SplittableRandom(8), 500_000).bytes();
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      Decompressor decompressor = ours.of(codec);
      decompressor.begin(OurStreams.direct(kafka(codec, large)), false);
      decompressor.read(ByteBuffer.allocateDirect(10));
      assertThat(OurStreams.decompress(decompressor, kafka(codec, TEXT), false, 4096))
          .isEqualTo(TEXT);
    }
  }

  private static String name(Codec codec) {
    return codec == Codec.LZ4 ? "LZ4" : codec.name().toLowerCase(Locale.ROOT);
  }

  private static void assertRefused(Codec codec, byte[] payload, String... messages) {
    assertThatThrownBy(() -> OurStreams.decompress(codec, payload))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContainingAll(messages);
  }

  private static byte[] kafka(Codec codec, byte[] payload) throws IOException {
    return KafkaStreams.compress(codec, payload);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
