// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.kleaner.core.time.Clock;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decides who may ask what. Thread-safe.
 *
 * <p>On loopback a page of another site, opened in a browser on this machine, is the one to fear:
 * names other than this machine's are refused, and so are actions that another origin's page sends.
 */
final class Guard {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final String BEARER = "Bearer ";
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final byte[] token;
  private final boolean loopback;
  private final boolean readsNeedToken;
  private final String boundHost;
  private final int actionsPerMinute;
  private final Clock clock;
  private final Deque<Long> actionsNanos = new ArrayDeque<>();

  /**
   * @param token that actions need, and elsewhere than on loopback reads as well; empty if there is
   *     none, and only certificates count
   */
  Guard(String token, HttpConfig config, Clock clock) {
    InetSocketAddress bound = config.address();
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.loopback = bound.getAddress().isLoopbackAddress();
    this.boundHost = bound.getHostString().toLowerCase(Locale.ROOT);
    this.readsNeedToken = config.readsNeedToken();
    this.actionsPerMinute = config.actionsPerMinute();
    this.clock = clock;
  }

  /** Why nothing at all is answered; empty if it may be. */
  Optional<Answer> forbidsHost(Ask ask) {
    if (!loopback) {
      return Optional.empty();
    }
    String host = hostOf(ask.header("host"));
    return LOOPBACK.contains(host) || host.equals(boundHost)
        ? Optional.empty()
        : Optional.of(
            Answer.error(
                HttpResponseStatus.MISDIRECTED_REQUEST,
                "this server listens on loopback and does not answer to the name asked for",
                "Ask for http://127.0.0.1 with the port."));
  }

  private static String hostOf(String header) {
    String host = header.toLowerCase(Locale.ROOT).strip();
    int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
    return end > 0 ? host.substring(0, end) : host;
  }

  /** Why an action is refused; empty if it may be done. */
  Optional<Answer> forbidsAction(Ask ask) {
    String origin = ask.header("origin");
    if (!origin.isEmpty() && !hostAndPort(origin).equals(ask.header("host"))) {
      return Optional.of(
          Answer.error(
              HttpResponseStatus.FORBIDDEN, "actions of another site's page are refused", ""));
    }
    Optional<Answer> unknown = forbidsStranger(ask, "actions need a token");
    return unknown.isPresent() ? unknown : tooMany();
  }

  /** Why what the service knows is not shown; empty if it may be. */
  Optional<Answer> forbidsRead(Ask ask) {
    return readsNeedToken
        ? forbidsStranger(ask, "away from loopback, reading needs the token as well")
        : Optional.empty();
  }

  private Optional<Answer> forbidsStranger(Ask ask, String error) {
    if (!ask.clientCertified()) {
      String header = ask.header("authorization");
      if (!header.startsWith(BEARER)) {
        return Optional.of(
            Answer.error(
                    HttpResponseStatus.UNAUTHORIZED,
                    error,
                    token.length == 0
                        ? "There is none: the state directory cannot be written to."
                        : "Send 'Authorization: Bearer' with the token.")
                .with("WWW-Authenticate", "Bearer"));
      }
      byte[] given = header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
      if (token.length == 0 || !MessageDigest.isEqual(token, given)) {
        return Optional.of(
            Answer.error(
                HttpResponseStatus.FORBIDDEN,
                "the token is wrong",
                "Send the one that the service was given, or has in its token file."));
      }
    }
    return Optional.empty();
  }

  private static String hostAndPort(String origin) {
    int scheme = origin.indexOf("://");
    return scheme < 0 ? origin : origin.substring(scheme + 3);
  }

  private synchronized Optional<Answer> tooMany() {
    long nowNanos = clock.nanoTime();
    while (!actionsNanos.isEmpty() && nowNanos - actionsNanos.getFirst() >= MINUTE_NANOS) {
      actionsNanos.removeFirst();
    }
    if (actionsNanos.size() >= actionsPerMinute) {
      long waitNanos = MINUTE_NANOS - (nowNanos - actionsNanos.getFirst());
      long waitSeconds = (waitNanos + SECOND_NANOS - 1) / SECOND_NANOS;
      return Optional.of(
          Answer.error(
                  HttpResponseStatus.TOO_MANY_REQUESTS,
                  "more than " + actionsPerMinute + " actions a minute",
                  "Wait " + waitSeconds + " s.")
              .with("Retry-After", Long.toString(waitSeconds)));
    }
    actionsNanos.addLast(nowNanos);
    return Optional.empty();
  }
}
