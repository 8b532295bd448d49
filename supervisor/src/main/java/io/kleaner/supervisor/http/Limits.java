// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

/**
 * Bounds on everything that a stranger decides.
 *
 * @param lineBytes of a request's first line
 * @param headerBytes of all its headers
 * @param chunkBytes taken at a time
 * @param bodyBytes of its body
 * @param requestMs from a request's first byte to its last, and from connecting to the first
 * @param spareRequestMs the same on connections that are too many
 * @param idleMs after which a connection on which nothing moves is closed
 * @param writeMs in which an answer has to be taken
 * @param beatMs between signs of life on event streams
 * @param streamBacklogBytes that an event stream may be behind
 * @param pendingBytes of answers that are not taken yet, all connections together
 */
record Limits(
    int lineBytes,
    int headerBytes,
    int chunkBytes,
    int bodyBytes,
    long requestMs,
    long spareRequestMs,
    long idleMs,
    long writeMs,
    long beatMs,
    int streamBacklogBytes,
    long pendingBytes) {

  static final Limits DEFAULT =
      new Limits(
          4 << 10, 16 << 10, 8 << 10, 64 << 10, 10_000, 2_000, 60_000, 30_000, 15_000, 256 << 10,
          32L << 20);
}
