// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Streams the uncompressed bytes of one payload after the other in bounded memory.
 *
 * <p>Not thread-safe; owned by one worker and reused.
 */
interface Decompressor extends AutoCloseable {

  /**
   * Begins a payload.
   *
   * @param source direct buffer; what lies between its position and limit is the payload, and must
   *     not change until the next begin; position and limit are left as they are
   * @param ignoreHeaderChecksum whether an LZ4 frame's header checksum is taken as it is: magic 0
   *     carries a wrong one (KAFKA-3160)
   */
  void begin(ByteBuffer source, boolean ignoreHeaderChecksum) throws IOException;

  /**
   * Puts the next bytes into a direct buffer with room.
   *
   * @return how many, at least 1; or -1 at the end of the payload
   * @throws CorruptBatchException if the payload is not what the codec allows
   * @throws BoundExceededException if it needs more memory than the bound
   */
  int read(ByteBuffer target) throws IOException;

  @Override
  void close();
}
