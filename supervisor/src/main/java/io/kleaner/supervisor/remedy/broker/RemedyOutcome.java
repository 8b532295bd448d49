// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import java.util.List;
import java.util.Optional;

/** What became of a remedy. */
public sealed interface RemedyOutcome {

  /**
   * The cleaner has new threads, and they live.
   *
   * @param before ids of the threads before
   * @param after ids of the threads that live now
   * @param tookMs from the first look to the last proof, in milliseconds
   * @param proof what shows that it works
   * @param leftover what of ours is still set and why, empty if nothing is
   */
  record Revived(
      List<Long> before, List<Long> after, long tookMs, Proof proof, Optional<String> leftover)
      implements RemedyOutcome {

    /** Keeps its own copies. */
    public Revived {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  /** What shows that a revived cleaner works. */
  enum Proof {
    /** A checkpoint moved: something was cleaned. */
    CHECKPOINT_MOVED("a checkpoint moved"),
    /** There was something to clean, and a thread is at it still. */
    CLEANING("a thread is cleaning"),
    /** The threads live; nothing was due, or no checkpoint could be read. */
    ALIVE("the new threads live");

    private final String text;

    Proof(String text) {
      this.text = text;
    }

    /** As the end of a sentence. */
    public String text() {
      return text;
    }
  }

  /**
   * Something else was changed, and the change was seen to work.
   *
   * @param summary one sentence
   * @param before what was
   * @param after what is
   * @param tookMs in milliseconds
   */
  record Changed(String summary, String before, String after, long tookMs)
      implements RemedyOutcome {}

  /**
   * Nothing was done.
   *
   * @param reason why not, a sentence
   * @param nextStep what to do instead
   */
  record Refused(String reason, String nextStep) implements RemedyOutcome {}

  /**
   * It was tried and did not help.
   *
   * @param reason what was seen, a sentence
   * @param undone whether every setting is what it was
   * @param evidence thread ids, stacks and settings
   */
  record NotEffective(String reason, boolean undone, String evidence) implements RemedyOutcome {}
}
