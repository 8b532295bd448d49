// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is seen of one log directory.
 *
 * @param logDir which
 * @param problem why the last look failed, empty if it did not
 * @param scanAgeMs since the last look that succeeded, {@link Long#MAX_VALUE} if none did
 * @param freeBytes usable on its disk, -1 if not known
 * @param dirtyBytes cleanable and dirty, over all partitions
 * @param waitingBytes of those the ones of partitions that are eligible and not left alone
 * @param dirt what got dirty and what was cleaned of it
 * @param lagLimitInMs until the first partition that waits passes its {@code max.compaction.lag.ms}
 * @param partitions how many it holds
 * @param quarantined how many of them are left alone
 * @param atNanos when, by the clock that nobody sets
 */
public record LogDirSample(
    Path logDir,
    Optional<String> problem,
    long scanAgeMs,
    long freeBytes,
    long dirtyBytes,
    long waitingBytes,
    Dirt dirt,
    OptionalLong lagLimitInMs,
    int partitions,
    int quarantined,
    long atNanos) {}
