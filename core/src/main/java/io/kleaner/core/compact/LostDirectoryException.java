// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.logdir.UnusableDirectoryException;

/** A directory is no longer the one whose lock is held; nothing in it may be changed any more. */
public final class LostDirectoryException extends UnusableDirectoryException {

  private static final long serialVersionUID = 1;

  LostDirectoryException(String why) {
    super(
        why + "; nothing more is changed there.",
        "Put the directory back, or stop whatever works there now.");
  }
}
