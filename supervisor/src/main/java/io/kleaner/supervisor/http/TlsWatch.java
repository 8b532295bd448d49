// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks every so often whether the TLS files have changed, on a thread of its own: a disk that does
 * not answer holds up no request. Closed, it looks no more.
 */
final class TlsWatch implements AutoCloseable {

  private static final long LOOK_SECONDS = 10;

  private final TlsFiles files;
  private final Consumer<Optional<String>> told;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "kleaner-http-tls");
            made.setDaemon(true);
            return made;
          });

  private TlsWatch(TlsFiles files, Consumer<Optional<String>> told) {
    this.files = files;
    this.told = told;
  }

  /**
   * Begins.
   *
   * @param told gets what is wrong with new files, and nothing once they were taken
   */
  // An end of its own would be that of the executor; a look that fails ends none.
  @SuppressWarnings("FutureReturnValueIgnored")
  static TlsWatch start(TlsFiles files, Consumer<Optional<String>> told) {
    TlsWatch watch = new TlsWatch(files, told);
    watch.thread.scheduleWithFixedDelay(watch::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    return watch;
  }

  /** Looks now; the thread does so by itself. */
  synchronized void look() {
    try {
      tell();
    } catch (RuntimeException | Error failure) {
      // Such as a full heap: the next look is made all the same.
      told.accept(Optional.of(failure.toString()));
    }
  }

  private void tell() {
    switch (files.look()) {
      case TAKEN -> told.accept(Optional.empty());
      case BROKEN -> told.accept(files.problem());
      case SAME, ODD -> {}
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
