// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Talks to a service that runs. */
final class ServiceClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final URI url;
  private final Optional<String> token;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  ServiceClient(FileSystem fileSystem, URI url, Optional<Path> tokenFile) throws IOException {
    this.url = url;
    this.token =
        tokenFile.isPresent()
            ? Optional.of(SmallFile.text(fileSystem, tokenFile.get()).strip())
            : Optional.empty();
  }

  /** An answer, whatever its status. */
  record Reply(int status, JsonNode document) {
    boolean ok() {
      return status / 100 == 2;
    }
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url.resolve(path)).GET());
  }

  Reply post(String path, Map<String, Object> body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)));
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return send(request);
  }

  private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request.timeout(TIMEOUT).header("Accept", "application/json").build(),
            HttpResponse.BodyHandlers.ofString());
    return new Reply(response.statusCode(), JSON.readTree(response.body()));
  }

  /** A part of a path. */
  static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
