// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;

/** What was spilled did not come back as it was written; no conclusion may be drawn from it. */
public final class SpillDamagedException extends IOException {

  private static final long serialVersionUID = 1L;

  SpillDamagedException(String message) {
    super(message + ": the disk or memory is not to be trusted");
  }
}
