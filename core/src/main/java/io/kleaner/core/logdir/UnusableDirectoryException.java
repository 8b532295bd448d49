// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.io.IOException;

/** A directory is not what it would have to be to be worked on; nothing was changed. */
public class UnusableDirectoryException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String nextStep;

  /**
   * @param problem what is wrong, where, and what follows
   * @param nextStep what to do
   */
  public UnusableDirectoryException(String problem, String nextStep) {
    super(problem);
    this.nextStep = nextStep;
  }

  /** What to do. */
  public String nextStep() {
    return nextStep;
  }
}
