// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** A server on a real socket, with a service behind it of which the test decides all. */
final class HttpLab implements AutoCloseable {

  static final String TOKEN = "0123456789abcdef0123";
  static final Limits LIMITS = Limits.DEFAULT;

  final FakeService service = new FakeService();
  final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

  HttpLab(HttpConfig config, Limits limits) throws IOException {
    server =
        HttpServer.start(
            new LocalFileSystem(), config, TOKEN, service, Clock.system(), SslProvider.JDK, limits);
  }

  static HttpLab start() throws IOException {
    return new HttpLab(HttpConfig.loopback(0), LIMITS);
  }

  static HttpLab with(Limits limits) throws IOException {
    return new HttpLab(HttpConfig.loopback(0), limits);
  }

  /** Loopback, with other bounds on what is counted. */
  static HttpConfig counts(int connections, int streams, int actions) {
    HttpConfig base = HttpConfig.loopback(0);
    return new HttpConfig(
        base.address(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        connections,
        streams,
        actions);
  }

  /** All addresses of this machine, without TLS. */
  static HttpConfig everywhere(boolean allowed, boolean anonymousReads) {
    return new HttpConfig(
        new InetSocketAddress("0.0.0.0", 0),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        allowed,
        anonymousReads,
        16,
        4,
        30);
  }

  int port() {
    return server.address().getPort();
  }

  /** An answer. */
  record Got(int status, String body, HttpResponse<String> response) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new AssertionError("no JSON: " + body, e);
      }
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(60));
  }

  Got send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Got(response.statusCode(), response.body(), response);
  }

  Got get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  Got post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Authorization", "Bearer " + TOKEN)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  Wire wire() throws IOException {
    return new Wire(port());
  }

  @Override
  public void close() {
    service.slow.countDown();
    server.close();
  }
}
