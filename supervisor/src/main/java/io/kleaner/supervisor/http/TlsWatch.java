// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.kleaner.supervisor.http.ServiceApi.CertificateNews;
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
  private final Consumer<CertificateNews> told;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "kleaner-http-tls");
            made.setDaemon(true);
            return made;
          });

  /** Whether what was told last may not be so: a look broke off, or the telling did. */
  private boolean inDoubt;

  private TlsWatch(TlsFiles files, Consumer<CertificateNews> told) {
    this.files = files;
    this.told = told;
  }

  /**
   * Begins.
   *
   * @param told gets what is new of them; if it fails, it is told again after the next look
   */
  // An end of its own would be that of the executor; a look that fails ends none.
  @SuppressWarnings("FutureReturnValueIgnored")
  static TlsWatch start(TlsFiles files, Consumer<CertificateNews> told) {
    TlsWatch watch = new TlsWatch(files, told);
    watch.thread.scheduleWithFixedDelay(watch::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    return watch;
  }

  /** Looks now; the thread does so by itself. */
  synchronized void look() {
    try {
      tell(files.look());
    } catch (RuntimeException | Error failure) {
      inDoubt = true;
      tellOf(failure);
    }
  }

  private void tell(TlsFiles.Found found) {
    switch (found) {
      case TAKEN -> told.accept(new CertificateNews.Renewed());
      case BACK -> told.accept(new CertificateNews.AsBefore());
      case BROKEN -> told.accept(new CertificateNews.NotTaken(files.problem().orElse("")));
      case SAME -> {
        if (inDoubt) {
          told.accept(new CertificateNews.AsBefore());
        }
      }
      case ODD -> {
        // The next look tells; what is in doubt stays so.
        return;
      }
    }
    inDoubt = false;
  }

  /** Such as a full heap, where telling may fail too: the executor drops a look that throws. */
  private void tellOf(Throwable failure) {
    try {
      told.accept(new CertificateNews.NotTaken(failure.toString()));
    } catch (RuntimeException | Error again) {
      // It is still in doubt, so the next look tells.
      inDoubt = true;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
