// SPDX-License-Identifier: Apache-2.0
/**
 * Log directories and partitions as they lie on disk: checkpoints, producer snapshots, the small
 * files beside them. Values are immutable.
 */
package io.kleaner.core.logdir;
