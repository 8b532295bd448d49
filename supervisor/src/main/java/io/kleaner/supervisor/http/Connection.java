// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.WriteTimeoutException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: a request in, its answer out, then the next, whatever goes wrong. Nothing is read
 * while an answer is under way, so who does not take answers cannot ask for more. Owned by its
 * event loop.
 */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {

  /** Requests that came along with one that is being answered. */
  private static final int MOST_WAITING = 16;

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Routes routes;
  private final EventStreams streams;
  private final Capacity capacity;
  private final boolean healthOnly;
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private boolean busy;
  private boolean streaming;

  /**
   * @param healthOnly whether it is one too many, and gets nothing but health
   */
  Connection(Routes routes, EventStreams streams, Capacity capacity, boolean healthOnly) {
    this.routes = routes;
    this.streams = streams;
    this.capacity = capacity;
    this.healthOnly = healthOnly;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (streaming || waiting.size() >= MOST_WAITING) {
      context.close();
    } else if (busy) {
      waiting.add(request.retain());
    } else {
      begin(context, request);
    }
  }

  /** Reads no further until this one is answered, and the answer is taken. */
  private void begin(ChannelHandlerContext context, FullHttpRequest request) {
    busy = true;
    context.channel().config().setAutoRead(false);
    handle(context, request);
  }

  private void next(ChannelHandlerContext context) {
    busy = false;
    FullHttpRequest request = waiting.poll();
    if (request == null) {
      context.channel().config().setAutoRead(true);
      return;
    }
    try {
      begin(context, request);
    } finally {
      request.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
    super.channelInactive(context);
  }

  private void handle(ChannelHandlerContext context, FullHttpRequest request) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean last = healthOnly || !HttpUtil.isKeepAlive(request);
    Optional<Answer> unreadable = unreadable(request);
    if (unreadable.isPresent()) {
      send(context, unreadable.get(), head, true);
      return;
    }
    Ask ask;
    try {
      ask = ask(context, request);
    } catch (IllegalArgumentException e) {
      send(
          context,
          Answer.error(HttpResponseStatus.BAD_REQUEST, "the path is not encoded as paths are", ""),
          head,
          true);
      return;
    }
    if (healthOnly && !Routes.isHealth(ask)) {
      send(context, Answer.busy("too many connections are open"), head, true);
    } else if (ask.path().equals(Routes.EVENTS) && ask.method().equals(HttpMethod.GET)) {
      Optional<Answer> forbidden = routes.forbidsStream(ask);
      if (forbidden.isPresent()) {
        send(context, forbidden.get(), head, last);
      } else {
        stream(context);
      }
    } else if (!routes.isHeavy(ask)) {
      send(context, answer(ask), head, last);
    } else if (!capacity.work(() -> sendLater(context, answer(ask), head, last))) {
      send(context, Answer.busy("too many long answers are asked for"), head, last);
    }
  }

  private static Optional<Answer> unreadable(FullHttpRequest request) {
    if (request.decoderResult().isSuccess()) {
      return Optional.empty();
    }
    Throwable cause = request.decoderResult().cause();
    HttpResponseStatus status =
        cause instanceof TooLongHttpLineException
            ? HttpResponseStatus.REQUEST_URI_TOO_LONG
            : cause instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    return Optional.of(Answer.error(status, "that was no request that is understood here", ""));
  }

  private Answer answer(Ask ask) {
    try {
      return routes.answer(ask);
    } catch (RuntimeException e) {
      LOG.error("a request to {} met a defect", ask.path(), e);
      return Answer.error(
          HttpResponseStatus.INTERNAL_SERVER_ERROR,
          "the service met a defect",
          "Its log says more.");
    }
  }

  private void stream(ChannelHandlerContext context) {
    if (streams.begin(context.channel())) {
      streaming = true;
      // A stream is idle between events by its nature.
      context.pipeline().remove(IdleStateHandler.class);
      // For its end alone to be noticed.
      context.channel().config().setAutoRead(true);
      return;
    }
    send(
        context,
        Answer.error(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            "too many event streams are open",
            "Close some, or poll /api/v1/status."),
        false,
        true);
  }

  private static Ask ask(ChannelHandlerContext context, FullHttpRequest request) {
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : request.headers()) {
      headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
    }
    return new Ask(
        request.method(),
        uri.path(),
        uri.parameters(),
        headers,
        request.content().toString(StandardCharsets.UTF_8),
        isCertified(context));
  }

  private static boolean isCertified(ChannelHandlerContext context) {
    SslHandler tls = context.pipeline().get(SslHandler.class);
    if (tls == null) {
      return false;
    }
    try {
      return tls.engine().getSession().getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  /** Sends what another thread put together. */
  private void sendLater(ChannelHandlerContext context, Answer answer, boolean head, boolean last) {
    context.executor().execute(() -> send(context, answer, head, last));
  }

  private void send(ChannelHandlerContext context, Answer answer, boolean head, boolean last) {
    Answer given = answer;
    FullHttpResponse response = response(given, head, last);
    long size = response.content().readableBytes();
    if (!capacity.take(size)) {
      given = Answer.busy("readers have not taken what they asked for");
      response = response(given, head, last);
      size = 0;
    }
    long taken = size;
    context
        .writeAndFlush(response)
        .addListener(
            done -> {
              capacity.giveBack(taken);
              if (last || !done.isSuccess()) {
                context.close();
              } else {
                next(context);
              }
            });
  }

  /**
   * An answer as it goes over the wire.
   *
   * @param head whether its body is left out
   * @param last whether the connection ends with it
   */
  static FullHttpResponse response(Answer answer, boolean head, boolean last) {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            answer.status(),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    commonHeaders(headers);
    answer.headers().forEach(headers::set);
    if (last) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    }
    return response;
  }

  /** What every answer has: no cache, no framing, no source but this server. */
  static void commonHeaders(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof IdleStateEvent) {
      context.close();
      return;
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException) && !(cause instanceof WriteTimeoutException)) {
      LOG.debug("a connection met {}", cause.toString());
    }
    context.close();
  }
}
