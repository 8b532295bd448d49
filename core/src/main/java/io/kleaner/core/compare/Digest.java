// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

/**
 * What counts of one record.
 *
 * @param kind what sort of record it is
 * @param key1 first half of its key's hash
 * @param key2 second half of its key's hash
 * @param content hash of timestamp, value and headers
 * @param offset where it is
 */
record Digest(byte kind, long key1, long key2, long content, long offset) {

  /** A committed record with key and value. */
  static final byte VALUE = 0;

  /** A committed record with a key and no value. */
  static final byte TOMBSTONE = 1;

  /** A committed record without a key. */
  static final byte UNKEYED = 2;

  /** A record of a transaction that is open at the log end. */
  static final byte UNCOMMITTED = 3;

  static final int BYTES = 1 + 4 * Long.BYTES;
}
