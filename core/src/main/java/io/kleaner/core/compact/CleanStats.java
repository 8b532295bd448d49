// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/**
 * What one clean did, or in a dry run would do.
 *
 * @param bytesBefore log bytes of the cleaned range before
 * @param bytesAfter log bytes of the cleaned range after
 * @param recordsBefore records of data batches before
 * @param recordsKept records of data batches that survive
 * @param superseded records removed because a newer one has their key
 * @param aborted records removed because their transaction was aborted
 * @param expiredTombstones tombstones removed because they were due
 * @param unkeyed records without a key that were met
 * @param unkeyedRemoved how many of them were removed
 * @param markersRemoved transaction markers removed
 * @param batchesKept batches copied as they are
 * @param batchesRewritten batches written anew, converted ones included
 * @param batchesEmptied batches reduced to their header
 * @param batchesDropped batches removed whole
 * @param batchesConverted batches of magic 0 or 1 written anew as magic 2
 * @param segmentsBefore segments of the cleaned range before
 * @param segmentsAfter segments of the cleaned range after
 * @param segmentsUntouched segments left as they are because nothing in them changes
 * @param keys distinct keys held in memory; all of them if nothing was spilled
 * @param keyMapBytes memory of the key map
 * @param keyFilterBytes memory of the filter of its keys, 0 if none was made
 * @param recordBitsBytes memory of the bits that mark records and batches
 * @param spilledBytes bytes of hashed keys written to disk and read back
 * @param bytesRead bytes of logs read, passes and verification together
 * @param bytesWritten bytes of logs written
 * @param scanNanos duration of the first pass
 * @param copyNanos duration of the second pass, verification and swaps
 * @param reshaped what was made of batches beyond what Kafka's cleaner makes of them
 */
public record CleanStats(
    long bytesBefore,
    long bytesAfter,
    long recordsBefore,
    long recordsKept,
    long superseded,
    long aborted,
    long expiredTombstones,
    long unkeyed,
    long unkeyedRemoved,
    long markersRemoved,
    long batchesKept,
    long batchesRewritten,
    long batchesEmptied,
    long batchesDropped,
    long batchesConverted,
    int segmentsBefore,
    int segmentsAfter,
    int segmentsUntouched,
    long keys,
    long keyMapBytes,
    long keyFilterBytes,
    long recordBitsBytes,
    long spilledBytes,
    long bytesRead,
    long bytesWritten,
    long scanNanos,
    long copyNanos,
    ReshapeStats reshaped) {}
