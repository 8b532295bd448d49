// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

/**
 * Up to which offset all replicas of a partition are known to agree, and who says so.
 *
 * @param offset clamped to the log
 * @param source for a report
 */
public record HighWatermark(long offset, String source) {}
