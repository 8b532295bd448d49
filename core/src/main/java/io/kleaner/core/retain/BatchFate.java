// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

/** What becomes of a batch. */
public sealed interface BatchFate {

  /** Its bytes are copied as they are. */
  record Keep() implements BatchFate {
    static final Keep INSTANCE = new Keep();
  }

  /**
   * It is written anew with the records that survive.
   *
   * @param stampHorizon whether it gets the delete horizon of this clean, having none yet
   */
  record Rewrite(boolean stampHorizon) implements BatchFate {
    static final Rewrite STAMPED = new Rewrite(true);
    static final Rewrite PLAIN = new Rewrite(false);
  }

  /** Its records go, its header stays for what it says of a producer or of the log's end. */
  record KeepEmpty() implements BatchFate {
    static final KeepEmpty INSTANCE = new KeepEmpty();
  }

  /** Nothing of it stays. */
  record Drop() implements BatchFate {
    static final Drop INSTANCE = new Drop();
  }
}
