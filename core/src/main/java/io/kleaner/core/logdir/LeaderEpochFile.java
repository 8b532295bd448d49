// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a partition's {@code leader-epoch-checkpoint}: with which offset each leader epoch began
 * (KIP-101). A clean never changes it.
 *
 * <pre>
 *  0       version
 *  2       entries
 *  0 0     epoch, start offset
 *  3 4711
 * </pre>
 */
public final class LeaderEpochFile {

  /** Its name in a partition directory. */
  public static final String NAME = "leader-epoch-checkpoint";

  private static final int FIELDS = 2;

  private LeaderEpochFile() {}

  /**
   * The beginning of a leader epoch.
   *
   * @param epoch not negative
   * @param startOffset of its first record
   */
  public record LeaderEpoch(int epoch, long startOffset) {}

  /**
   * The entries in the order of the file; none if it is missing or empty.
   *
   * @throws UnusableDirectoryException if it is not such a file
   */
  public static List<LeaderEpoch> read(FileSystem fileSystem, Path partitionDir)
      throws IOException {
    CheckpointText text = new CheckpointText(partitionDir.resolve(NAME));
    List<LeaderEpoch> epochs = new ArrayList<>();
    for (CheckpointText.Line line : text.read(fileSystem)) {
      String[] fields = line.fields();
      if (fields.length != FIELDS) {
        throw text.malformed(line, "epoch and start offset");
      }
      long epoch = text.number(line, fields[0]);
      if (epoch < 0 || epoch > Integer.MAX_VALUE) {
        throw text.malformed(line, "an epoch");
      }
      epochs.add(new LeaderEpoch((int) epoch, text.number(line, fields[1])));
    }
    return epochs;
  }
}
