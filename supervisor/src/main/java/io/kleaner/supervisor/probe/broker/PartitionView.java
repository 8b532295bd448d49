// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a log directory shows of one partition.
 *
 * @param files what its directory holds
 * @param checkpointMovedMs when its entry in the cleaner's checkpoint was seen to move,
 *     milliseconds since the epoch; empty if it did not since we came
 * @param reclaimable what a clean would free, estimated
 * @param ahead what a clean would meet, as far as it was read
 * @param pinnedBy transactions that hold cleaning back, by the files
 * @param bornMs when the broker made its directory, milliseconds since the epoch; empty if that is
 *     not known
 */
record PartitionView(
    Seen<PartitionFiles> files,
    OptionalLong checkpointMovedMs,
    Seen<ReclaimEstimate> reclaimable,
    Seen<CleanAhead> ahead,
    Seen<List<OpenTransaction>> pinnedBy,
    OptionalLong bornMs) {}
