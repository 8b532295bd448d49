// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.http.ServiceApi.CertificateNews;
import io.kleaner.supervisor.service.HookedDisk;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What breaks off a look at the TLS files, or the telling of it; looked by hand. */
class TlsWatchTest {

  private static final CertificateNews AS_BEFORE = new CertificateNews.AsBefore();

  @TempDir private static Path temp;
  private static Certificates server;

  private final AtomicBoolean heapFull = new AtomicBoolean();
  private final FileSystem disk =
      HookedDisk.with(
          (operation, path) -> {
            if (heapFull.get()) {
              throw new OutOfMemoryError("Java heap space");
            }
          });
  private final List<CertificateNews> news = new ArrayList<>();

  @BeforeAll
  static void makeCertificate() throws Exception {
    server = Certificates.make(temp, "server");
  }

  private TlsWatch watch(Consumer<CertificateNews> told) throws Exception {
    HttpConfig config =
        new HttpConfig(
            new InetSocketAddress("0.0.0.0", 0),
            Optional.of(server.certificate()),
            Optional.of(server.key()),
            Optional.empty(),
            false,
            false,
            16,
            4,
            30);
    return TlsWatch.start(new TlsFiles(disk, config, SslProvider.JDK), told);
  }

  @Test
  void look_brokeOffOnce_isToldAndTakenBackAtTheNextLook() throws Exception {
    try (TlsWatch watch = watch(news::add)) {
      heapFull.set(true);
      watch.look();
      assertThat(news)
          .containsExactly(
              new CertificateNews.NotTaken("java.lang.OutOfMemoryError: Java heap space"));

      heapFull.set(false);
      watch.look();
      watch.look();
      assertThat(news).hasSize(2).last().isEqualTo(AS_BEFORE);
    }
  }

  @Test
  void look_theTellingFailsToo_goesOnAndTellsLater() throws Exception {
    try (TlsWatch watch =
        watch(
            each -> {
              if (heapFull.get()) {
                throw new OutOfMemoryError("no room for a line");
              }
              news.add(each);
            })) {
      heapFull.set(true);
      // It would throw where a scheduled look must not.
      watch.look();
      watch.look();
      assertThat(news).isEmpty();

      heapFull.set(false);
      watch.look();
      assertThat(news).containsExactly(AS_BEFORE);
    }
  }
}
