// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples in groups. */
class ProfileSharesTest {

  private static final List<String> TITLES =
      List.of(ProfileShares.header().split("\n")[0].split("\\|"));

  /** The innermost frame that tells a group, below others that tell nothing, and whose it is. */
  @ParameterizedTest
  @CsvSource({
    "'RecordCursor.open,Lz4Decompressor.read,LZ4JNI.LZ4_decompress_safe', 'codec, reading'",
    "'KeyLane.take,GzipDecompressor.read,Inflater.inflateBytesBytes', 'codec, reading'",
    "'Cleaner.cleanInto,ZstdInputStreamNoFinalizer.read,ZstdDecompressCtx.x', 'codec, reading'",
    "'BatchBuilder.finish,ZstdCompressor.finish,ZstdCompressCtx.compress', 'codec, writing'",
    "'GZIPOutputStream.write,Deflater.deflate', 'codec, writing'",
    "'BatchBuilder.finish,NoCompressor.write,DirectByteBuffer.put', other",
    "'BatchFeed.read,FileChannelImpl.read,UnixFileDispatcherImpl.pread0', `pread`",
    "'ChannelHandle.write,FileDispatcherImpl.pwrite0', `pwrite`",
    "'FileChannelImpl.force,FileDispatcherImpl.force0', `force`",
    "'KeyLane.take,KeyIndex.put,KeyMap.put', 'keys and map'",
    "'KeyLane.take,RecordCursor.next', 'keys and map'",
    "'Cleaner.buildOffsetMap,SkimpyOffsetMap.put,MD5.implCompress0', 'keys and map'",
    "'KeyLane.take,BatchChecksum.compute,CRC32C.updateDirectByteBuffer', other",
    "'Thread.run,Something.else', other",
  })
  void row_oneStack_allInItsGroup(String stack, String group) {
    ProfileShares shares = new ProfileShares();
    shares.add(List.of(stack.split(",")), 3);

    List<String> cells = List.of(shares.row("W1", "kleaner", 1).strip().split("\\|"));

    assertThat(cells.get(TITLES.indexOf(" " + group + " "))).isEqualTo(" 100 % ");
    assertThat(cells.stream().filter(cell -> cell.contains("%"))).hasSize(1);
  }

  @Test
  void row_severalStacks_shares() {
    ProfileShares shares = new ProfileShares();
    shares.add(List.of("KeyMap.put"), 3);
    shares.add(List.of("FileDispatcherImpl.force0"), 1);

    assertThat(shares.row("W1", "kleaner", 2))
        .isEqualTo("| W1 | kleaner | 2 | 4 | | | | | 25 % | 75 % | |\n");
  }
}
