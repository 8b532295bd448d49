// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;

/** A file was not written, since the disk would then lack room for what must be written later. */
public final class InsufficientSpaceException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what needs how much where, and what is free
   */
  public InsufficientSpaceException(String message) {
    super(message);
  }
}
