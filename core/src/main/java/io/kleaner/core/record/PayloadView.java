// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A decompressor's own position and limit over the buffer that its payload lies in. A worker hands
 * in the same buffer batch after batch, so a new view is made only when the buffer is another one.
 * Not thread-safe; owned by one decompressor.
 */
final class PayloadView {

  private final ByteOrder order;
  private ByteBuffer viewed = ByteBuffer.allocate(0);
  private ByteBuffer view = viewed;

  PayloadView(ByteOrder order) {
    this.order = order;
  }

  /** A view from the payload's position to its limit, both of which stay as they are. */
  @SuppressWarnings("ReferenceEquality") // the same object, not the same bytes
  ByteBuffer of(ByteBuffer payload) {
    if (payload != viewed) {
      viewed = payload;
      view = payload.duplicate().order(order);
    }
    return view.clear().limit(payload.limit()).position(payload.position());
  }
}
