// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import com.github.luben.zstd.Zstd;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A codec and how hard it tries.
 *
 * @param level by the codec's own scale; empty for what Kafka uses if nothing else is said
 */
public record Compression(Codec codec, OptionalInt level) {

  private static final int GREATEST_GZIP = 9;
  private static final int GREATEST_LZ4 = 17;

  /** Checks that the codec has the level. */
  public Compression {
    if (level.isPresent()) {
      int asked = level.getAsInt();
      boolean known =
          switch (codec) {
            case NONE, SNAPPY -> false;
            case GZIP -> asked >= 1 && asked <= GREATEST_GZIP;
            case LZ4 -> asked >= 1 && asked <= GREATEST_LZ4;
            case ZSTD -> asked >= Zstd.minCompressionLevel() && asked <= Zstd.maxCompressionLevel();
          };
      if (!known) {
        throw new IllegalArgumentException(
            name(codec) + " has no level " + asked + "; " + name(codec) + " has " + levels(codec));
      }
    }
  }

  /** A codec as Kafka uses it if nothing else is said. */
  public static Compression of(Codec codec) {
    return new Compression(codec, OptionalInt.empty());
  }

  /**
   * Reads {@code CODEC} or {@code CODEC:LEVEL}.
   *
   * @throws IllegalArgumentException if it is neither, with what there is
   */
  public static Compression parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    for (Codec codec : Codec.values()) {
      if (name(codec).equals(name)) {
        return colon < 0
            ? of(codec)
            : new Compression(codec, OptionalInt.of(level(codec, text.substring(colon + 1))));
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is none of none, gzip, snappy, lz4, zstd, with a level as in zstd:9");
  }

  private static int level(Codec codec, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no level; " + name(codec) + " has " + levels(codec), e);
    }
  }

  private static String name(Codec codec) {
    return codec.name().toLowerCase(Locale.ROOT);
  }

  private static String levels(Codec codec) {
    return switch (codec) {
      case NONE, SNAPPY -> "no levels";
      case GZIP -> "1 to " + GREATEST_GZIP;
      case LZ4 -> "1 to " + GREATEST_LZ4;
      case ZSTD -> Zstd.minCompressionLevel() + " to " + Zstd.maxCompressionLevel();
    };
  }

  /** As it is read. */
  @Override
  public String toString() {
    return name(codec) + (level.isPresent() ? ":" + level.getAsInt() : "");
  }
}
