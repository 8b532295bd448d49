// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/** An alert did not arrive; the message says why, without any secret. */
public final class DeliveryException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * @param message why
   */
  public DeliveryException(String message) {
    super(message);
  }
}
