// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Streams events to browsers (server-sent events). Who reads too slowly is dropped: nothing is kept
 * for anyone, and a browser comes back by itself. Thread-safe.
 */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
final class EventStreams {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChannelGroup open;
  private final AtomicInteger taken = new AtomicInteger();
  private final int most;

  EventStreams(EventExecutor executor, int most) {
    this.open = new DefaultChannelGroup(executor);
    this.most = most;
  }

  /** Begins a stream; false if there are too many. Called on the channel's event loop. */
  boolean begin(Channel channel) {
    if (!takePlace()) {
      return false;
    }
    channel.closeFuture().addListener(closed -> taken.decrementAndGet());
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
    Connection.commonHeaders(head.headers());
    channel.write(head);
    channel.write(content("retry: 2000\n\n"));
    // In between: what is announced from the moment on that the asker may know of it comes to it.
    open.add(channel);
    channel.flush();
    return true;
  }

  /**
   * Never counts one too many, not even for a moment: whoever asks then would be refused for it.
   */
  private boolean takePlace() {
    int before = taken.get();
    while (before < most) {
      if (taken.compareAndSet(before, before + 1)) {
        return true;
      }
      before = taken.get();
    }
    return false;
  }

  /** Sends an event to all; never waits. */
  void send(ServiceApi.Event event) {
    String data;
    try {
      data = JSON.writeValueAsString(event.data());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event that is no JSON", e);
    }
    send("id: " + event.id() + "\nevent: " + event.type() + "\ndata: " + data + "\n\n");
  }

  /** A comment, so that whoever is between does not think the connection dead. */
  void beat() {
    send(": beat\n\n");
  }

  private void send(String text) {
    for (Channel channel : open) {
      if (channel.isWritable()) {
        channel.writeAndFlush(content(text));
      } else {
        channel.close();
      }
    }
  }

  private static DefaultHttpContent content(String text) {
    return new DefaultHttpContent(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Streams that are open. */
  int size() {
    return open.size();
  }
}
