// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A line of a journal: JSON behind its own checksum, so that a torn or damaged line is known for
 * one.
 *
 * <pre>
 *  9ae0f1c3 {"id":7,"kind":"WORKER_DEAD",...}
 *  CRC-32C  JSON, UTF-8, no line break in it
 * </pre>
 *
 * <p>Stateless; thread-safe.
 */
public final class CheckedLine {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CRC_DIGITS = 8;

  private CheckedLine() {}

  /** The line, without a line break. */
  public static String of(JsonNode node) {
    String json;
    try {
      json = JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a line that is no JSON", e);
    }
    return crc(json) + ' ' + json;
  }

  /** What it says; empty if it is not whole. */
  public static Optional<JsonNode> parse(String line) {
    if (line.length() < CRC_DIGITS + 2 || line.charAt(CRC_DIGITS) != ' ') {
      return Optional.empty();
    }
    String json = line.substring(CRC_DIGITS + 1);
    if (!crc(json).equals(line.substring(0, CRC_DIGITS))) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String crc(String json) {
    CRC32C crc = new CRC32C();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
