// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --max-record-bytes}: a size that one buffer can have. */
final class RecordBytes implements ITypeConverter<Integer> {

  /** No array, and so no buffer on the heap, can be larger. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  @Override
  public Integer convert(String text) {
    long bytes = new Sizes().convert(text);
    if (bytes > MAX_BYTES) {
      throw new TypeConversionException(
          "'" + text + "' is too much, --max-record-bytes is below 2g");
    }
    return (int) bytes;
  }
}
