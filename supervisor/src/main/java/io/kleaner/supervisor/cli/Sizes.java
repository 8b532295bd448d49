// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.supervisor.config.ByteSize;
import java.util.Locale;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes on the command line: a number, and k, m, g or t for powers of 1024. */
final class Sizes implements ITypeConverter<Long> {

  private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB"};

  @Override
  public Long convert(String text) {
    OptionalLong bytes = ByteSize.parse(text);
    if (bytes.isPresent()) {
      return bytes.getAsLong();
    }
    throw wrong(text);
  }

  private static TypeConversionException wrong(String text) {
    return new TypeConversionException(
        "'" + text + "' is not a size above 0, such as 64m, 2g or 1048576");
  }

  /** Bytes for a person. */
  static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < NAMES.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, NAMES[unit]);
  }
}
