// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An output that something else deletes: nothing is retired for it. */
class VanishedOutputTest {

  private static final String BASE = "00000000000000000000";

  @TempDir private Path dir;

  @Test
  void replace_outputVanishesBeforeTheCommit_oldSegmentStays() throws IOException {
    Segment old = segmentWithOutput();
    Fence deletes =
        commit -> {
          Files.delete(dir.resolve(BASE + ".log.cleaned"));
          commit.run();
        };

    assertThatThrownBy(() -> new SegmentSwap(new LocalFileSystem(), deletes).replace(group(old)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(BASE + ".log.cleaned");

    assertThat(dir.resolve(BASE + ".log")).hasContent("old");
  }

  @Test
  void replace_outputVanishesAfterTheCommit_oldSegmentStaysAndItIsSaid() throws IOException {
    Segment old = segmentWithOutput();
    Fence deletes =
        commit -> {
          commit.run();
          Files.delete(dir.resolve(BASE + ".log.swap"));
        };

    assertThatThrownBy(() -> new SegmentSwap(new LocalFileSystem(), deletes).replace(group(old)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has vanished after it was committed");

    assertThat(dir.resolve(BASE + ".log")).hasContent("old");
  }

  private GroupReplacement group(Segment old) {
    return new GroupReplacement(dir, List.of(old), List.of(0L), 10);
  }

  private Segment segmentWithOutput() throws IOException {
    for (String kind : List.of(".log", ".index", ".timeindex")) {
      Files.writeString(dir.resolve(BASE + kind), "old");
      Files.writeString(dir.resolve(BASE + kind + ".cleaned"), "new");
    }
    return new Segment(dir, 0, 3, 3, 3, false, 0);
  }
}
