// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Puts requests together up to a size; a larger one ends its connection. */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
final class BoundedAggregator extends HttpObjectAggregator {

  BoundedAggregator(int maxBytes) {
    super(maxBytes, true);
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
    context
        .writeAndFlush(
            Connection.response(
                Answer.error(
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    "the body is larger than " + maxContentLength() + " bytes",
                    ""),
                false,
                true))
        .addListener(ChannelFutureListener.CLOSE);
  }
}
