// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.segment.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * The reshapers of one clean, if it was asked for any. What is merged depends on the order of the
 * log, and so is merged in turn; what only compresses anew does so in every lane at the same time.
 * Either way the output is the same whatever the number of lanes.
 *
 * <p>Not thread-safe; each lane uses its own, or the one in its turn.
 */
final class Reshapers implements AutoCloseable {

  /**
   * A merged batch's size before compression if the topic's {@code max.message.bytes} is larger.
   */
  static final int FULL_BATCH_BYTES = 1024 * 1024;

  private final List<Reshaper> reshapers = new ArrayList<>();
  private final boolean inLanes;

  private Reshapers(boolean inLanes) {
    this.inLanes = inLanes;
  }

  /**
   * @param maxMessageBytes {@code max.message.bytes} of the topic
   */
  static Reshapers of(Reshaping what, Lanes lanes, long maxMessageBytes) {
    Reshapers all = new Reshapers(!what.rebatch() && lanes.areSeveral());
    int bound = lanes.maxRecordBytes();
    int full = (int) Math.min(Math.min(maxMessageBytes, FULL_BATCH_BYTES), bound);
    if (what.isAsked()) {
      for (int i = 0; i < (all.inLanes ? lanes.count() : 1); i++) {
        all.reshapers.add(new Reshaper(what, bound, full));
      }
    }
    return all;
  }

  /** What stands before a group's output, where chunks have their turn. */
  GroupOutput inTurn(GroupOutput output, Segment last) {
    return reshapers.isEmpty() || inLanes ? output : reshapers.get(0).to(output, last);
  }

  /** What stands before a lane's own output. */
  GroupOutput inLane(int lane, GroupOutput output, Segment last) {
    return reshapers.isEmpty() || !inLanes ? output : reshapers.get(lane).to(output, last);
  }

  /** What all of them did. */
  ReshapeStats stats() {
    return reshapers.stream().map(Reshaper::stats).reduce(ReshapeStats.NONE, ReshapeStats::plus);
  }

  @Override
  public void close() {
    reshapers.forEach(Reshaper::close);
  }
}
