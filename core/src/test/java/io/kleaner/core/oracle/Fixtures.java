// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The recorded log directories in {@code src/test/resources/fixtures}, each written by a real
 * broker, with what is known of it; its README says how they were made.
 */
public final class Fixtures {

  /** All of them. */
  public static final List<String> NAMES =
      List.of(
          "a-plain",
          "b-gzip",
          "c-snappy",
          "d-lz4",
          "e-zstd",
          "f-mixed",
          "g-tombstones",
          "h-shapes",
          "i-idempotent",
          "j-transactions",
          "k-open-txn",
          "l-nullkeys",
          "m-logappendtime",
          "n-cleaned",
          "o-names",
          "p-logstart",
          "q-upgraded",
          "q-v0",
          "q-v1",
          "r-mixed282",
          "r-mixed391");

  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE = 124;
  private static final int MTIME = 136;
  private static final int TYPE = 156;
  private static final int PREFIX = 345;
  private static final int PREFIX_BYTES = 155;

  private Fixtures() {}

  /** What {@code MANIFEST.json} says of one. */
  public static JsonNode manifest(String name) {
    try (InputStream in = resource(name, "MANIFEST.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unpacks one, modification times kept, and returns its log directory. */
  public static Path unpack(String name, Path into) throws IOException {
    untar(name, name + ".tar.gz", into);
    return into.resolve("log-dir");
  }

  /**
   * Unpacks what Kafka's cleaner made of one, the files apart that it left as they were; returns
   * the directory of partitions.
   *
   * @param variant such as {@code h1}
   */
  public static Path unpackCleaned(String name, String variant, Path into) throws IOException {
    untar(name, name + ".kafka-cleaned-" + variant + ".tar.gz", into);
    return into.resolve("cleaned");
  }

  /**
   * The checksums of all files that Kafka's cleaner leaves, hexadecimal SHA-256 by path relative to
   * the log directory.
   */
  public static Map<String, String> checksums(String name, String variant) throws IOException {
    Map<String, String> sums = new LinkedHashMap<>();
    try (InputStream in = resource(name, name + ".kafka-cleaned-" + variant + ".sha256")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> sums.put(line.substring(66), line.substring(0, 64)));
    }
    return sums;
  }

  /** The lines of its truth: the last committed record of each key, by those who wrote it. */
  public static List<JsonNode> truth(String name) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(resource(name, name + ".truth.jsonl.gz"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        if (!line.isEmpty()) {
          lines.add(mapper.readTree(line));
        }
      }
    }
    return lines;
  }

  private static InputStream resource(String name, String file) throws IOException {
    InputStream in = Fixtures.class.getResourceAsStream("/fixtures/" + name + "/" + file);
    if (in == null) {
      throw new IOException("no fixture " + name + "/" + file);
    }
    return new BufferedInputStream(in);
  }

  private static void untar(String name, String file, Path into) throws IOException {
    try (InputStream in = new GZIPInputStream(resource(name, file))) {
      byte[] header = in.readNBytes(BLOCK);
      while (header.length == BLOCK && header[0] != 0) {
        String prefix = text(header, PREFIX, PREFIX_BYTES);
        String path = (prefix.isEmpty() ? "" : prefix + "/") + text(header, 0, NAME_BYTES);
        long size = octal(header, SIZE, 12);
        byte[] content = in.readNBytes(Math.toIntExact(size));
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        if (content.length != size) {
          throw new EOFException(file + " ends in " + path);
        }
        Path target = into.resolve(path).normalize();
        switch (header[TYPE]) {
          case '5' -> Files.createDirectories(target);
          case '0', 0 -> {
            Files.createDirectories(target.getParent());
            Files.write(target, content);
            Files.setLastModifiedTime(target, FileTime.fromMillis(octal(header, MTIME, 12) * 1000));
          }
          default -> throw new IOException(file + ": type " + header[TYPE] + " of " + path);
        }
        header = in.readNBytes(BLOCK);
      }
    }
  }

  private static String text(byte[] header, int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.UTF_8);
  }

  private static long octal(byte[] header, int from, int length) {
    String digits = text(header, from, length).strip();
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }
}
