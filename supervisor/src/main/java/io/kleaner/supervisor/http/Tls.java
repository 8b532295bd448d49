// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** Makes the TLS side of the server: OpenSSL where its library loads, else the JDK's. */
final class Tls {

  private static final long SESSION_SECONDS = 3_600;
  private static final long SESSIONS = 10_000;

  private Tls() {}

  static SslProvider provider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  /** For people. */
  static String text(SslProvider provider) {
    return provider == SslProvider.JDK ? "JDK" : "OpenSSL (" + OpenSsl.versionString() + ")";
  }

  static SslContext of(FileSystem fileSystem, HttpConfig config, SslProvider provider)
      throws IOException {
    Path certificate = config.tlsCertificate().orElseThrow();
    Path key = config.tlsKey().orElseThrow();
    try (InputStream chain = stream(fileSystem, certificate);
        InputStream secret = stream(fileSystem, key)) {
      SslContextBuilder builder =
          SslContextBuilder.forServer(chain, secret)
              .sslProvider(provider)
              .protocols("TLSv1.3", "TLSv1.2")
              .sessionTimeout(SESSION_SECONDS)
              .sessionCacheSize(SESSIONS);
      if (config.tlsClientCa().isPresent()) {
        try (InputStream authorities = stream(fileSystem, config.tlsClientCa().get())) {
          builder.trustManager(authorities).clientAuth(ClientAuth.OPTIONAL);
        }
      }
      SslContext context = builder.build();
      if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
        // TLS 1.3 resumes by tickets only, and there they are off unless asked for. Without keys of
        // ours the library makes its own, and changes them from time to time.
        sessions.setTicketKeys();
      }
      return context;
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException(
          certificate + " and " + key + " make no TLS server: " + e.getMessage(), e);
    }
  }

  private static InputStream stream(FileSystem fileSystem, Path file) throws IOException {
    ByteBuffer bytes = SmallFile.bytes(fileSystem, file);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return new ByteArrayInputStream(copy);
  }
}
