// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A transaction that is open on a partition: nothing from its first offset on is cleaned.
 *
 * @param producerId who
 * @param producerEpoch of the producer
 * @param transactionalId if the coordinator still knows it; a hanging one is unknown to it
 * @param startOffset of its first record
 * @param startedAtMs when the coordinator says that it began, milliseconds since the epoch
 * @param lastWriteMs timestamp of the producer's newest batch, milliseconds since the epoch, -1 if
 *     there is none; its age at least
 * @param timeoutMs after which the coordinator aborts it
 * @param coordinatorEpoch that an abort has to name; empty if not known
 * @param coordinator what the transaction's coordinator says of it
 * @param source that says so
 */
public record OpenTransaction(
    long producerId,
    int producerEpoch,
    Optional<String> transactionalId,
    long startOffset,
    OptionalLong startedAtMs,
    long lastWriteMs,
    OptionalLong timeoutMs,
    OptionalInt coordinatorEpoch,
    Coordinator coordinator,
    Source source) {

  /** What the coordinator of a transaction says of it. */
  public enum Coordinator {
    /** It is under way there, and will be ended or time out. */
    KNOWS,
    /** It is not: nobody will ever end it. The transaction hangs (KAFKA-9144). */
    DOES_NOT_KNOW,
    /**
     * None lists it, which proves nothing: they leave out ids that we may not describe, and one may
     * be down.
     */
    NOT_LISTED,
    /**
     * Its id is listed without this partition, and it was not seen to be open after that: it may
     * just have ended.
     */
    MAY_HAVE_ENDED,
    /** It could not be asked. */
    NOT_ASKED;

    /** Whether it says something of it. */
    public boolean tells() {
      return this == KNOWS || this == DOES_NOT_KNOW;
    }
  }

  /** The same, of which its coordinator says something else. */
  public OpenTransaction as(Coordinator says) {
    return new OpenTransaction(
        producerId,
        producerEpoch,
        transactionalId,
        startOffset,
        startedAtMs,
        lastWriteMs,
        timeoutMs,
        coordinatorEpoch,
        says,
        source);
  }

  /** How long it is open at least, in milliseconds. */
  public long ageMs(long nowMs) {
    return Math.max(0, nowMs - startedAtMs.orElse(lastWriteMs < 0 ? nowMs : lastWriteMs));
  }
}
