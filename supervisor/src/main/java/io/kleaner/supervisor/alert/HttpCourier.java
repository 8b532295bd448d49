// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts alerts to a URL: tries again after what may pass by itself, with growing pauses, and gives
 * up after a number of attempts. With a secret, each body is signed.
 */
final class HttpCourier implements QueuedSink.Courier {

  private static final String ALGORITHM = "HmacSHA256";
  private static final long FIRST_PAUSE_MS = 500;
  private static final long MAX_PAUSE_MS = 30_000;
  private static final int TOO_MANY_REQUESTS = 429;

  private final URI url;
  private final Duration timeout;
  private final int maxAttempts;
  private final Optional<byte[]> secret;
  private final Function<AlertEvent, String> body;
  private final Clock clock;
  private final HttpClient client;

  /**
   * @param secret that bodies are signed with
   * @param body what is posted
   */
  HttpCourier(
      URI url,
      Duration timeout,
      int maxAttempts,
      Optional<String> secret,
      Function<AlertEvent, String> body,
      Clock clock) {
    this.url = url;
    this.timeout = timeout;
    this.maxAttempts = maxAttempts;
    this.secret = secret.map(text -> text.getBytes(StandardCharsets.UTF_8));
    this.body = body;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token)
      throws DeliveryException, InterruptedException {
    String text = body.apply(event);
    String problem = "";
    for (int attempt = 1; attempt <= maxAttempts; attempt++) {
      if (attempt > 1 && token.sleep(pauseNanos(attempt))) {
        break;
      }
      try {
        int status =
            client.send(request(text), HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status / 100 == 2) {
          return;
        }
        problem = where() + " answered " + status;
        if (status != TOO_MANY_REQUESTS && status / 100 != 5) {
          break;
        }
      } catch (IOException e) {
        problem = where() + ": " + e.getClass().getSimpleName();
      }
    }
    throw new DeliveryException(problem + "; given up");
  }

  private static long pauseNanos(int attempt) {
    long pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS << Math.min(attempt - 2, 10));
    return TimeUnit.MILLISECONDS.toNanos(
        pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1));
  }

  /** Without user, password and query, which may be secrets. */
  private String where() {
    return url.getScheme() + "://" + url.getHost() + (url.getPath() == null ? "" : url.getPath());
  }

  private HttpRequest request(String text) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("User-Agent", "kleaner")
            .POST(HttpRequest.BodyPublishers.ofString(text));
    if (secret.isPresent()) {
      String timestamp = Long.toString(clock.nowMs() / 1000);
      request.header("X-Kleaner-Timestamp", timestamp);
      request.header("X-Kleaner-Signature", "sha256=" + sign(timestamp + "." + text));
    }
    return request.build();
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.orElseThrow(), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
