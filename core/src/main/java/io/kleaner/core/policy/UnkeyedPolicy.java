// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

/** What becomes of records without a key, which a compacted topic ought not to have. */
public enum UnkeyedPolicy {
  /** The clean is refused, nothing is changed, and the records are counted. */
  REFUSE,
  /** They survive. */
  KEEP,
  /** They are dropped, as Kafka's own cleaner does. */
  DROP
}
