// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.Compression;
import java.util.Optional;

/**
 * What a clean does to batches beyond what Kafka's cleaner does: how they are compressed, and how
 * they are cut. Records stay what they are.
 *
 * @param recompress what batches are compressed with where that makes them smaller; empty for what
 *     they are compressed with
 * @param rebatch whether neighbours are merged into full batches where {@link MergeRules} allow it
 */
public record Reshaping(Optional<Compression> recompress, boolean rebatch) {

  /** Batches stay as Kafka's cleaner would leave them. */
  public static final Reshaping NONE = new Reshaping(Optional.empty(), false);

  /** Whether anything is asked for. */
  public boolean isAsked() {
    return rebatch || recompress.isPresent();
  }
}
