// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.record.Compression;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What form batches are given beyond what Kafka's cleaner gives them: none, unless asked for. */
final class ReshapeOptions {

  @Option(
      names = "--recompress",
      paramLabel = "CODEC[:LEVEL]",
      converter = Codecs.class,
      description =
          "Compress the batches of the cleaned range by none, gzip[:1-9], snappy, lz4[:1-17] or"
              + " zstd[:-131072-22] where that makes them smaller. Batches that have the codec are"
              + " left, whatever their level. Default: each keeps its codec.")
  private Compression recompress;

  @Option(
      names = "--rebatch",
      description =
          "Merge neighbours of plain producers into full batches. Only for partitions without other"
              + " replicas, or whose replicas all get a copy of the result: a follower that stands"
              + " inside a merged batch can't go on. Default: batches stay as they were cut.")
  private boolean rebatch;

  @Option(
      names = "--only-replica",
      description =
          "Say that no other replica of what is cleaned exists, or that all of them get a copy of"
              + " the result: --rebatch needs it in a directory that a broker has owned, unless"
              + " --output is given.")
  private boolean onlyReplica;

  /**
   * Batches are merged in a broker's directory only if it is said that no follower is there.
   *
   * @throws UnusableDirectoryException if that was not said
   */
  void requireNoFollowers(LogDir logDir) throws UnusableDirectoryException {
    if (rebatch && !onlyReplica && logDir.hasMetaProperties()) {
      throw new UnusableDirectoryException(
          logDir.dir()
              + " is a broker's, whose partitions may have other replicas: a follower that stands"
              + " inside a merged batch can't go on. Nothing was changed.",
          "Give --only-replica if there are none or all get a copy, --output to write elsewhere, or"
              + " leave --rebatch out.");
    }
  }

  Reshaping reshaping() {
    return new Reshaping(Optional.ofNullable(recompress), rebatch);
  }

  /** Codecs and levels on the command line. */
  static final class Codecs implements ITypeConverter<Compression> {
    @Override
    public Compression convert(String text) {
      try {
        return Compression.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
