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
import java.util.Optional;
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

  /**
   * What the files hold.
   *
   * @param authorities empty without any
   */
  record Material(ByteBuffer chain, ByteBuffer key, ByteBuffer authorities) {

    /** Never the key. */
    @Override
    public String toString() {
      return "Material[]";
    }
  }

  static Material read(FileSystem fileSystem, HttpConfig config) throws IOException {
    return new Material(
        SmallFile.bytes(fileSystem, config.tlsCertificate().orElseThrow()),
        SmallFile.bytes(fileSystem, config.tlsKey().orElseThrow()),
        config.tlsClientCa().isPresent()
            ? SmallFile.bytes(fileSystem, config.tlsClientCa().get())
            : ByteBuffer.allocate(0));
  }

  /**
   * Makes it of what was read.
   *
   * @throws IOException if that makes no TLS server
   */
  static SslContext of(Material material, HttpConfig config, SslProvider provider)
      throws IOException {
    String files = config.tlsCertificate().orElseThrow() + " and " + config.tlsKey().orElseThrow();
    Optional<String> mismatch =
        KeyPairCheck.problem(bytes(material.chain()), bytes(material.key()));
    if (mismatch.isPresent()) {
      throw new IOException(files + " make no TLS server: " + mismatch.get());
    }
    try (InputStream chain = stream(material.chain());
        InputStream secret = stream(material.key());
        InputStream authorities = stream(material.authorities())) {
      SslContextBuilder builder =
          SslContextBuilder.forServer(chain, secret)
              .sslProvider(provider)
              .protocols("TLSv1.3", "TLSv1.2")
              .sessionTimeout(SESSION_SECONDS)
              .sessionCacheSize(SESSIONS);
      if (config.tlsClientCa().isPresent()) {
        builder.trustManager(authorities).clientAuth(ClientAuth.OPTIONAL);
      }
      SslContext context = builder.build();
      if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
        // TLS 1.3 resumes by tickets only, and there they are off unless asked for. Without keys of
        // ours the library makes its own, and changes them from time to time.
        sessions.setTicketKeys();
      }
      return context;
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException(files + " make no TLS server: " + e.getMessage(), e);
    }
  }

  private static InputStream stream(ByteBuffer bytes) {
    return new ByteArrayInputStream(bytes(bytes));
  }

  private static byte[] bytes(ByteBuffer of) {
    byte[] copy = new byte[of.remaining()];
    of.duplicate().get(copy);
    return copy;
  }
}
