// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

/** How the records of a batch are compressed, by the number in its attributes. */
public enum Codec {
  NONE(0),
  GZIP(1),
  SNAPPY(2),
  LZ4(3),
  ZSTD(4);

  private static final Codec[] BY_ID = values();

  private final int id;

  Codec(int id) {
    this.id = id;
  }

  /** The number in a batch's attributes. */
  public int id() {
    return id;
  }

  /**
   * The codec of a number.
   *
   * @throws CorruptBatchException if there is none
   */
  public static Codec forId(int id) throws CorruptBatchException {
    if (id < 0 || id >= BY_ID.length) {
      throw new CorruptBatchException("unknown codec " + id);
    }
    return BY_ID[id];
  }
}
