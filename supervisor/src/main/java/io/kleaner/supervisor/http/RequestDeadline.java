// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose next request, once begun, is not there whole in time, however it
 * trickles. Owned by its event loop.
 */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestDeadline extends ChannelInboundHandlerAdapter {

  private final long millis;
  private Future<?> deadline;

  RequestDeadline(long millis) {
    this.millis = millis;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    // A connection that never says anything is one that trickles, too.
    begin(context);
    super.channelActive(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    begin(context);
    super.channelRead(context, message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    met();
    super.channelInactive(context);
  }

  private void begin(ChannelHandlerContext context) {
    if (deadline == null) {
      deadline = context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void met() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** Sits behind the codec: what comes here is a whole request. */
  static final class Met extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      RequestDeadline deadline = context.pipeline().get(RequestDeadline.class);
      if (deadline != null) {
        deadline.met();
      }
      super.channelRead(context, message);
    }
  }
}
