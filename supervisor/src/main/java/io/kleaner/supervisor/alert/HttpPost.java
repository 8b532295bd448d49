// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Posts JSON to a URL: tries again after what may pass by itself (429, 5xx, an I/O error, no answer
 * in time), with growing pauses, and gives up after a number of attempts or at once after any other
 * answer. Redirects are not followed: what is posted is meant for the host that was configured.
 *
 * <p>What it says about failures names scheme, host and port only: user info and query may hold
 * secrets, and with many chat services the path itself is one. Thread-safe.
 */
final class HttpPost {

  private static final int TOO_MANY_REQUESTS = 429;

  private final URI url;
  private final Map<String, String> ownHeaders;
  private final long timeoutMs;
  private final int maxAttempts;
  private final Backoff backoff;
  private final AtomicInteger givenUp = new AtomicInteger();
  private volatile HttpClient client;

  /** How one attempt went. */
  private sealed interface Attempt {
    record Arrived() implements Attempt {}

    record TryAgain(String problem, long notBeforeMs) implements Attempt {}

    record GiveUp(String problem) implements Attempt {}
  }

  /**
   * @param url user info in it is sent as basic authentication
   * @param timeoutMs for one attempt, from connecting to the last byte of the answer
   */
  HttpPost(URI url, long timeoutMs, int maxAttempts, Backoff backoff) {
    this.url = withoutUserInfo(url);
    this.ownHeaders =
        url.getUserInfo() == null
            ? Map.of()
            : Map.of(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8)));
    this.timeoutMs = timeoutMs;
    this.maxAttempts = maxAttempts;
    this.backoff = backoff;
    this.client = newClient();
  }

  /**
   * A client whose own thread died of an Error never answers again, and may look like a receiver
   * that is gone. So a new one is tried at the 3rd, 30th, 300th … event in a row that was given up:
   * not more often, since only the garbage collector ends the threads of the old.
   */
  private static boolean isTimeForAnotherClient(int givenUpInARow) {
    int n = givenUpInARow;
    while (n >= 10 && n % 10 == 0) {
      n /= 10;
    }
    return n == 3;
  }

  private HttpClient newClient() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        // Only ends what is left of an attempt; the limit is that of the whole attempt.
        .connectTimeout(Duration.ofMillis(timeoutMs + 1_000))
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();
  }

  private static URI withoutUserInfo(URI url) {
    String text = url.toString();
    String userInfo = url.getRawUserInfo();
    return userInfo == null ? url : URI.create(text.replaceFirst("//[^@/]*@", "//"));
  }

  /**
   * Posts until it arrives.
   *
   * @param headers asked for anew before each attempt
   * @param token once it is cancelled, the attempt under way is the last
   * @throws DeliveryException if it was given up
   */
  void send(String body, Supplier<Map<String, String>> headers, CancelToken token)
      throws DeliveryException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Attempt result = attempt(request(body, headers.get()));
      if (result instanceof Attempt.Arrived) {
        givenUp.set(0);
        return;
      }
      if (result instanceof Attempt.GiveUp refused) {
        throw new DeliveryException(where() + ": " + refused.problem());
      }
      Attempt.TryAgain failed = (Attempt.TryAgain) result;
      if (attempt >= maxAttempts || rest(attempt + 1, failed.notBeforeMs(), token)) {
        if (isTimeForAnotherClient(givenUp.incrementAndGet())) {
          client = newClient();
        }
        throw new DeliveryException(
            where() + ": " + failed.problem() + "; given up after attempt " + attempt);
      }
    }
  }

  private boolean rest(int nextAttempt, long notBeforeMs, CancelToken token)
      throws InterruptedException {
    long pauseMs = backoff.pauseMs(nextAttempt, ThreadLocalRandom.current().nextDouble());
    long askedMs = Math.min(notBeforeMs, backoff.maxMs());
    return token.sleep(TimeUnit.MILLISECONDS.toNanos(Math.max(pauseMs, askedMs)));
  }

  private HttpRequest request(String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("User-Agent", "kleaner")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    ownHeaders.forEach(request::header);
    headers.forEach(request::header);
    return request.build();
  }

  private Attempt attempt(HttpRequest request) throws InterruptedException {
    // The client's own timeout ends with the headers; a body that never ends would hold us.
    CompletableFuture<HttpResponse<Void>> answer;
    try {
      answer = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    } catch (RejectedExecutionException e) {
      // What JDK 17 says once the client's own thread is gone.
      client = newClient();
      return new Attempt.TryAgain("the HTTP client had ended", 0);
    }
    try {
      return judge(answer.get(timeoutMs, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return new Attempt.TryAgain("no answer within " + timeoutMs + " ms", 0);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        return new Attempt.TryAgain(reason(failure), 0);
      }
      return new Attempt.GiveUp(e.getCause().getClass().getSimpleName());
    } finally {
      answer.cancel(true);
    }
  }

  private static Attempt judge(HttpResponse<Void> answer) {
    int status = answer.statusCode();
    if (status / 100 == 2) {
      return new Attempt.Arrived();
    }
    String problem = "answered " + status;
    if (status == TOO_MANY_REQUESTS || status / 100 == 5) {
      return new Attempt.TryAgain(problem, retryAfterMs(answer));
    }
    return new Attempt.GiveUp(
        status / 100 == 3 ? problem + ", and redirects are not followed" : problem);
  }

  private static long retryAfterMs(HttpResponse<Void> answer) {
    String seconds = answer.headers().firstValue("Retry-After").orElse("");
    return seconds.matches("\\d{1,6}") ? TimeUnit.SECONDS.toMillis(Long.parseLong(seconds)) : 0;
  }

  /**
   * Messages of exceptions may quote the URL; those of TLS say what no name does. If the other end
   * closes at that moment, the client tells of that, and of TLS as the cause.
   */
  static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return "TLS: " + AlertText.oneLine(String.valueOf(cause.getMessage()));
      }
    }
    return failure instanceof ConnectException
        ? "no connection"
        : "connection failed (" + failure.getClass().getSimpleName() + ")";
  }

  private String where() {
    return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }
}
