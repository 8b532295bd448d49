// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compresses one payload after the other to the bytes that Kafka's own stream of the same codec at
 * its default level writes.
 *
 * <p>Not thread-safe; owned by one worker and reused.
 */
interface Compressor extends AutoCloseable {

  /** Begins a payload, which is appended to the sink. */
  void begin(GrowableBuffer sink) throws IOException;

  /** Takes bytes of a direct buffer, whose position and limit stay as they are. */
  void write(ByteBuffer source, int position, int length) throws IOException;

  /** Takes one byte, the low eight bits. */
  void writeByte(int oneByte) throws IOException;

  /** Ends the payload; all of it is in the sink then. */
  void finish() throws IOException;

  @Override
  void close();
}
