// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

/** Work was left because its {@link CancelToken} asked for it; nothing is half-done. */
public final class CancelledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Made where the token was looked at. */
  public CancelledException() {
    super("cancelled");
  }
}
