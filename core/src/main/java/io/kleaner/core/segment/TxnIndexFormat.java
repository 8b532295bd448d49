// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a transaction index: one entry an aborted transaction, in the order of their
 * markers.
 *
 * <pre>
 *  0      2          10          18         26               34
 *  +------+----------+-----------+----------+----------------+
 *  |0     |producer  |first      |last      |last stable     |
 *  |      |id        |offset     |offset    |offset          |
 *  +------+----------+-----------+----------+----------------+
 * </pre>
 */
public final class TxnIndexFormat {

  /** Bytes of an entry. */
  public static final int ENTRY_BYTES = 34;

  /** The only version there is. */
  public static final short VERSION = 0;

  private TxnIndexFormat() {}

  /** The entries as bytes, ready to be read from position 0. */
  public static ByteBuffer encode(List<AbortedTxn> entries) {
    ByteBuffer bytes = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
    for (AbortedTxn entry : entries) {
      bytes
          .putShort(VERSION)
          .putLong(entry.producerId())
          .putLong(entry.firstOffset())
          .putLong(entry.lastOffset())
          .putLong(entry.lastStableOffset());
    }
    return bytes.flip();
  }

  /**
   * The entries in the bytes from position to limit.
   *
   * @throws IllegalArgumentException if they are not whole entries of the known version
   */
  public static List<AbortedTxn> decode(ByteBuffer bytes) {
    if (bytes.remaining() % ENTRY_BYTES != 0) {
      throw new IllegalArgumentException(
          bytes.remaining() + " bytes are not a whole number of entries of " + ENTRY_BYTES);
    }
    List<AbortedTxn> entries = new ArrayList<>(bytes.remaining() / ENTRY_BYTES);
    while (bytes.hasRemaining()) {
      short version = bytes.getShort();
      if (version != VERSION) {
        throw new IllegalArgumentException("unknown version " + version);
      }
      entries.add(
          new AbortedTxn(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()));
    }
    return entries;
  }
}
