// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Talks to a service that runs. */
final class ServiceClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final URI url;
  private final Optional<String> token;
  private final HttpClient client;

  /**
   * @param token one that {@linkplain EnvironmentToken#fitsHeader fits a header}
   */
  ServiceClient(FileSystem fileSystem, URI url, Optional<String> token, Optional<Path> caFile)
      throws IOException {
    this.url = url;
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(TIMEOUT);
    if (caFile.isPresent()) {
      builder.sslContext(trusting(fileSystem, caFile.get()));
    }
    this.client = builder.build();
    this.token = token;
  }

  /** Trusts the authorities in a PEM file, and no others. */
  private static SSLContext trusting(FileSystem fileSystem, Path file) throws IOException {
    try {
      ByteBuffer bytes = SmallFile.bytes(fileSystem, file);
      byte[] pem = new byte[bytes.remaining()];
      bytes.get(pem);
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        store.setCertificateEntry("ca-" + count++, certificate);
      }
      if (count == 0) {
        throw new IOException(file + " holds no PEM certificate");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no PEM certificates: " + e.getMessage(), e);
    }
  }

  /** An answer, whatever its status. */
  record Reply(int status, JsonNode document) {
    boolean ok() {
      return status / 100 == 2;
    }

    /** What is wrong, and what to do, where it is not {@link #ok}. */
    List<String> problem() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "kleaner: " + document.path("error").asText(document.path("message").asText("refused")));
      String nextStep = document.path("nextStep").asText("");
      if (!nextStep.isEmpty()) {
        lines.add("  " + nextStep);
      }
      return lines;
    }

    /** How a command ends to which this is the answer, where it is not {@link #ok}. */
    ExitCode refusal() {
      return status == 404 ? ExitCode.FINDINGS : ExitCode.REFUSED;
    }
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send(authorized(HttpRequest.newBuilder(url.resolve(path)).GET()));
  }

  Reply post(String path, Map<String, Object> body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)));
    return send(authorized(request));
  }

  private HttpRequest.Builder authorized(HttpRequest.Builder request) {
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request;
  }

  private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request.timeout(TIMEOUT).header("Accept", "application/json").build(),
            HttpResponse.BodyHandlers.ofString());
    try {
      return new Reply(response.statusCode(), JSON.readTree(response.body()));
    } catch (JsonProcessingException e) {
      throw new IOException("what answers at " + url + " is no kleaner service", e);
    }
  }

  /** A part of a path. */
  static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
