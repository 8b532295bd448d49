// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;

/** Writes maps, lists, text and numbers as JSON. */
final class Json {

  private static final ObjectMapper PRETTY =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectMapper ONE_LINE = new ObjectMapper();

  private Json() {}

  /** Indented, over several lines. */
  static String text(Map<String, Object> document) {
    return write(PRETTY, document);
  }

  /** On one line. */
  static String line(Map<String, Object> document) {
    return write(ONE_LINE, document);
  }

  private static String write(ObjectMapper mapper, Map<String, Object> document) {
    try {
      return mapper.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
  }
}
