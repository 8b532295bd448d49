// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.MetaProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Looks at what a log directory says of itself: whose it is, and its free space. Not thread-safe.
 */
final class FactsLook {

  private final FileSystem fileSystem;
  private boolean since011;

  FactsLook(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Looks once; what cannot be read is one of its problems.
   *
   * @param known problems that were met before
   */
  LogDirFacts look(LogDir found, List<String> known) {
    List<String> problems = new ArrayList<>(known);
    OptionalInt node = OptionalInt.empty();
    Optional<String> cluster = Optional.empty();
    try {
      Optional<MetaProperties> meta = MetaProperties.read(fileSystem, found.dir());
      node = meta.map(MetaProperties::nodeId).orElse(OptionalInt.empty());
      cluster = meta.flatMap(MetaProperties::clusterId);
    } catch (IOException e) {
      problems.add("meta.properties cannot be read: " + Reason.of(e));
    }
    try {
      since011 = since011 || ReleaseByFiles.since011(fileSystem, found.dir());
    } catch (IOException e) {
      // meta.properties, which was told above.
      since011 = false;
    }
    long usable = -1;
    try {
      usable = fileSystem.usableBytes(found.dir());
    } catch (IOException e) {
      problems.add("the free space is not known: " + Reason.of(e));
    }
    return new LogDirFacts(node, cluster, since011, found.partitions().size(), usable, problems);
  }
}
