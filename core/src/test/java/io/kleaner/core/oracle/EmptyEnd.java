// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;

/**
 * A last batch of which a clean leaves nothing, and for which no active producer asks: only as the
 * end of the range does its header stay.
 */
record EmptyEnd(Way way, CompressionType codec) {

  /** Why nothing of it stays. */
  enum Way {
    UNKEYED,
    UNKEYED_IN_TRANSACTION,
    ABORTED,
    COMMIT_OF_NOTHING,
    ABORT_OF_NOTHING
  }

  private static final List<EmptyEnd> ALL = all();

  private static List<EmptyEnd> all() {
    List<EmptyEnd> all = new ArrayList<>();
    for (Way way : List.of(Way.UNKEYED, Way.UNKEYED_IN_TRANSACTION, Way.ABORTED)) {
      for (CompressionType codec : CompressionType.values()) {
        all.add(new EmptyEnd(way, codec));
      }
    }
    all.add(new EmptyEnd(Way.COMMIT_OF_NOTHING, CompressionType.NONE));
    all.add(new EmptyEnd(Way.ABORT_OF_NOTHING, CompressionType.NONE));
    return all;
  }

  /** All of them by turns. */
  static EmptyEnd of(int number) {
    return ALL.get(number % ALL.size());
  }

  boolean isMarker() {
    return way == Way.COMMIT_OF_NOTHING || way == Way.ABORT_OF_NOTHING;
  }

  /** Whether it has to do with a transaction. */
  boolean isTransactional() {
    return way != Way.UNKEYED;
  }

  /** How the transaction ends. */
  ControlRecordType type() {
    return way == Way.ABORTED || way == Way.ABORT_OF_NOTHING
        ? ControlRecordType.ABORT
        : ControlRecordType.COMMIT;
  }
}
