// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CompactionOutcome;

/** What the process tells its caller when it ends. */
public enum ExitCode {
  /** Done, also when there was nothing to do. */
  DONE(0),
  /** Something was found, or failed. */
  FINDINGS(1),
  /** The command line is wrong; nothing was looked at. */
  USAGE(2),
  /** Locked or refused; nothing was changed where it was. */
  REFUSED(3),
  /** Interrupted; nothing is half-done. */
  INTERRUPTED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** As the operating system sees it. */
  public int number() {
    return number;
  }

  /** What a clean's end, or a dry run's, means for who called. */
  static ExitCode of(CompactionOutcome outcome) {
    if (outcome instanceof CompactionOutcome.Failed) {
      return FINDINGS;
    }
    if (outcome instanceof CompactionOutcome.Refused) {
      return REFUSED;
    }
    return outcome instanceof CompactionOutcome.Cancelled ? INTERRUPTED : DONE;
  }

  /** The one that matters more of two: interrupted, failed, refused, done. */
  ExitCode worse(ExitCode other) {
    return rank() >= other.rank() ? this : other;
  }

  private int rank() {
    return switch (this) {
      case DONE -> 0;
      case REFUSED -> 1;
      case FINDINGS -> 2;
      case USAGE -> 3;
      case INTERRUPTED -> 4;
    };
  }
}
