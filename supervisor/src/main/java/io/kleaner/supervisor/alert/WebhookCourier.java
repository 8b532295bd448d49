// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts each event as JSON. With a secret, it signs {@code timestamp + "." + body} so that the
 * receiver knows who sent it and when. A receiver whose answer got lost sees an event again: same
 * body, newer timestamp. Thread-safe.
 */
final class WebhookCourier implements QueuedSink.Courier {

  static final String TIMESTAMP = "X-Kleaner-Timestamp";
  static final String SIGNATURE = "X-Kleaner-Signature";

  private static final String ALGORITHM = "HmacSHA256";

  private final HttpPost post;
  private final Optional<SecretKeySpec> key;
  private final String instance;
  private final Clock clock;

  /**
   * @param secret that bodies are signed with, not empty
   * @param instance names this service in the body
   */
  WebhookCourier(HttpPost post, Optional<byte[]> secret, String instance, Clock clock) {
    this.post = post;
    this.key = secret.map(bytes -> new SecretKeySpec(bytes, ALGORITHM));
    this.instance = instance;
    this.clock = clock;
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token)
      throws DeliveryException, InterruptedException {
    String body = AlertJson.own(event, instance);
    post.send(body, () -> headers(body), token);
  }

  private Map<String, String> headers(String body) {
    String seconds = Long.toString(TimeUnit.MILLISECONDS.toSeconds(clock.nowMs()));
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(TIMESTAMP, seconds);
    key.ifPresent(secret -> headers.put(SIGNATURE, "sha256=" + sign(secret, seconds + "." + body)));
    return headers;
  }

  private static String sign(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
