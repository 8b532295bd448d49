// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is sent back.
 *
 * @param headers besides those that every answer has
 */
record Answer(
    HttpResponseStatus status, String contentType, String body, Map<String, String> headers) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "application/json; charset=utf-8";

  static Answer json(HttpResponseStatus status, Object document) {
    try {
      return new Answer(status, JSON_TYPE, JSON.writeValueAsString(document), Map.of());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer that is no JSON", e);
    }
  }

  static Answer text(String contentType, String text) {
    return new Answer(HttpResponseStatus.OK, contentType, text, Map.of());
  }

  static Answer error(HttpResponseStatus status, String error, String nextStep) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("error", error);
    document.put("nextStep", nextStep);
    return json(status, document);
  }

  /** When there is no room for more work now; nothing was done. */
  static Answer busy(String error) {
    return error(HttpResponseStatus.SERVICE_UNAVAILABLE, error, "Ask again in a second.")
        .with("Retry-After", "1");
  }

  Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, contentType, body, more);
  }
}
