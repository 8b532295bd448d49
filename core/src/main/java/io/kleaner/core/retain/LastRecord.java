// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import java.util.OptionalLong;

/**
 * What must survive of an active producer so that its next sequence number and its epoch stay
 * known.
 *
 * @param epoch the producer's current epoch
 * @param lastDataOffset last offset of its newest data batch at that epoch; empty if none is known,
 *     as after a marker that raised the epoch (KIP-890)
 */
public record LastRecord(short epoch, OptionalLong lastDataOffset) {}
