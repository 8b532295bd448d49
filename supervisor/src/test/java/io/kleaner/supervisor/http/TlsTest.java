// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTPS by both providers. */
class TlsTest {

  @TempDir private static Path temp;
  private static Certificates server;
  private static Certificates client;

  private final FakeService service = new FakeService();

  @BeforeAll
  static void makeCertificates() throws Exception {
    server = Certificates.make(temp, "server");
    client = Certificates.make(temp, "client");
  }

  private static HttpConfig config(Path certificate, Path key) {
    return new HttpConfig(
        new InetSocketAddress("0.0.0.0", 0),
        Optional.of(certificate),
        Optional.of(key),
        Optional.of(client.certificate()),
        false,
        false,
        16,
        4,
        30);
  }

  private HttpServer start(SslProvider provider) throws Exception {
    return start(provider, config(server.certificate(), server.key()));
  }

  private HttpServer start(SslProvider provider, HttpConfig config) throws Exception {
    return HttpServer.start(
        new LocalFileSystem(),
        config,
        HttpLab.TOKEN,
        service,
        Clock.system(),
        provider,
        Limits.DEFAULT);
  }

  private static SSLContext context(boolean certified) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("server", server.store().getCertificate("server"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(client.store(), Certificates.PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(certified ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
    return context;
  }

  private static String ask(SSLSocket socket, String request) throws Exception {
    socket.setSoTimeout(60_000);
    socket
        .getOutputStream()
        .write(
            (request + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static SSLSocket connect(SSLContext context, HttpServer to) throws Exception {
    return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", to.address().getPort());
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENSSL", "JDK"})
  void connect_anyProvider_speaksTls13AndResumes(SslProvider provider) throws Exception {
    try (HttpServer https = start(provider)) {
      SSLContext context = context(false);
      for (int i = 0; i < 2; i++) {
        try (SSLSocket socket = connect(context, https)) {
          socket.startHandshake();
          assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
          if (i == 0) {
            socket.getSession().putValue("mark", "first");
          } else {
            assertThat(socket.getSession().getValue("mark")).as("resumed").isEqualTo("first");
          }
          assertThat(ask(socket, "GET /healthz")).startsWith("HTTP/1.1 200 ");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENSSL", "JDK"})
  void read_clientsCertificate_standsForTheToken(SslProvider provider) throws Exception {
    try (HttpServer https = start(provider);
        SSLSocket stranger = connect(context(false), https);
        SSLSocket known = connect(context(true), https);
        SSLSocket acting = connect(context(true), https)) {
      assertThat(ask(stranger, "GET /metrics")).startsWith("HTTP/1.1 401 ");
      assertThat(ask(known, "GET /metrics")).startsWith("HTTP/1.1 200 ");
      assertThat(ask(acting, "POST /api/v1/partitions/orders-0/clean")).startsWith("HTTP/1.1 200 ");
      assertThat(service.acts).hasSize(1);
    }
  }

  private static Path replace(Path file, Path by) throws IOException {
    return Files.copy(by, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENSSL", "JDK"})
  void look_filesAreReplacedOneAfterTheOther_areTakenOnceTheyAreAPair(SslProvider provider)
      throws Exception {
    Path certificate = replace(temp.resolve("now.crt"), server.certificate());
    Path key = replace(temp.resolve("now.key"), server.key());
    TlsFiles files = new TlsFiles(new LocalFileSystem(), config(certificate, key), provider);
    SslContext first = files.context();
    assertThat(files.look()).isEqualTo(TlsFiles.Found.SAME);

    replace(certificate, client.certificate());
    assertThat(files.look()).isEqualTo(TlsFiles.Found.ODD);
    assertThat(files.look()).isEqualTo(TlsFiles.Found.BROKEN);
    assertThat(files.problem().orElseThrow())
        .contains(certificate.toString(), "the key is not that of the certificate");
    assertThat(files.context()).isSameAs(first);

    replace(key, client.key());
    assertThat(files.look()).isEqualTo(TlsFiles.Found.TAKEN);
    assertThat(files.context()).isNotSameAs(first);
    assertThat(files.problem()).isEmpty();

    Files.delete(key);
    assertThat(files.look()).isEqualTo(TlsFiles.Found.ODD);
    replace(key, client.key());
    assertThat(files.look()).isEqualTo(TlsFiles.Found.BACK);
    assertThat(files.look()).isEqualTo(TlsFiles.Found.SAME);
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENSSL", "JDK"})
  void connect_certificateWasRenewed_isShownTheNewOneAndABrokenOneIsToldAndNotUsed(
      SslProvider provider) throws Exception {
    Path certificate = replace(temp.resolve("renewed.crt"), client.certificate());
    Path key = replace(temp.resolve("renewed.key"), client.key());
    try (HttpServer https = start(provider, config(certificate, key))) {
      Files.writeString(certificate, "no certificate");
      https.lookAtCertificate();
      assertThat(service.certificates).as("it may just be written").isEmpty();
      https.lookAtCertificate();
      assertThat(service.certificates)
          .singleElement()
          .isInstanceOf(ServiceApi.CertificateNews.NotTaken.class);

      replace(certificate, server.certificate());
      replace(key, server.key());
      https.lookAtCertificate();

      assertThat(service.certificates.get(1)).isEqualTo(new ServiceApi.CertificateNews.Renewed());
      try (SSLSocket socket = connect(context(false), https)) {
        assertThat(ask(socket, "GET /healthz")).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void start_keyOfAnotherCertificate_isRefused() {
    assertThat(
            HttpServer.problem(new LocalFileSystem(), config(server.certificate(), client.key())))
        .hasValueSatisfying(
            what -> assertThat(what).contains("the key is not that of the certificate"));
  }

  @Test
  void start_anyProvider_isSaid() throws Exception {
    try (HttpServer jdk = start(SslProvider.JDK);
        HttpServer usual = start(Tls.provider())) {
      assertThat(jdk.tls()).isEqualTo("JDK");
      assertThat(usual.tls()).startsWith(OpenSsl.isAvailable() ? "OpenSSL (" : "JDK");
      assertThat(usual.url()).startsWith("https://");
    }
  }
}
