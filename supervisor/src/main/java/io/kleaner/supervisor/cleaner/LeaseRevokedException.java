// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.io.IOException;

/** A worker that was given up tried to go on; what it tried was not done. */
public final class LeaseRevokedException extends IOException {

  private static final long serialVersionUID = 1L;

  LeaseRevokedException(Lease lease) {
    super(lease.holder() + " was given up and may not work on " + lease.partition() + " any more");
  }
}
