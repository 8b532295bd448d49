// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.MetaProperties;
import java.io.IOException;
import java.nio.file.Path;

/** Tells from a log directory how old the broker is at most that owns it. Reads only; stateless. */
public final class ReleaseByFiles {

  private ReleaseByFiles() {}

  /**
   * Whether it holds what only brokers since 0.11 write: a checkpoint of log starts (KIP-107),
   * which they make when they start, or a {@code meta.properties} with the cluster's id.
   *
   * @throws IOException if it cannot be read
   */
  public static boolean since011(FileSystem fileSystem, Path dir) throws IOException {
    return fileSystem.stat(dir.resolve(CheckpointFile.LOG_START)).isPresent()
        || MetaProperties.read(fileSystem, dir)
            .filter(meta -> meta.version() > 0 || meta.clusterId().isPresent())
            .isPresent();
  }
}
