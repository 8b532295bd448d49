// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.pace.CancelToken;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop: the work ends at its next safe place, and the
 * process then exits as interrupted.
 */
public final class Interrupts {

  private static final int GRACE_SECONDS = 60;

  private final CancelToken token = new CancelToken();
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean exiting;
  private volatile int exitCode = ExitCode.INTERRUPTED.number();

  /** Asked by the work whether to stop. */
  CancelToken token() {
    return token;
  }

  void install() {
    Thread hook =
        new Thread(
            () -> {
              if (exiting) {
                return;
              }
              token.cancel();
              try {
                if (finished.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                  System.err.flush();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              // The signal's own exit code says less than ours.
              Runtime.getRuntime().halt(exitCode);
            },
            "kleaner-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Ends the process, whether or not it is being interrupted. */
  void exit(int code) {
    if (token.isCancelled()) {
      exitCode = code;
      finished.countDown();
      return;
    }
    exiting = true;
    System.exit(code);
  }
}
