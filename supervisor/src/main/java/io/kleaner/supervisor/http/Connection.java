// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
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
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: requests in, answers out, whatever goes wrong. Owned by its event loop. */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Routes routes;
  private final Guard guard;
  private final EventStreams streams;

  Connection(Routes routes, Guard guard, EventStreams streams) {
    this.routes = routes;
    this.guard = guard;
    this.streams = streams;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      boolean tooLong = request.decoderResult().cause() instanceof RuntimeException;
      send(
          context,
          request,
          Answer.error(
              tooLong
                  ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                  : HttpResponseStatus.BAD_REQUEST,
              "that was no request that is understood here",
              ""),
          true);
      return;
    }
    Ask ask = ask(context, request);
    if (ask.path().equals(Routes.EVENTS)
        && ask.method().equals(HttpMethod.GET)
        && guard.forbidsHost(ask).isEmpty()) {
      stream(context, request);
      return;
    }
    Answer answer;
    try {
      answer = routes.answer(ask);
    } catch (RuntimeException e) {
      LOG.error("a request to {} met a defect", ask.path(), e);
      answer =
          Answer.error(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              "the service met a defect",
              "Its log says more.");
    }
    send(context, request, answer, !HttpUtil.isKeepAlive(request));
  }

  private void stream(ChannelHandlerContext context, FullHttpRequest request) {
    if (streams.begin(context.channel())) {
      // A stream is idle between events by its nature.
      context.pipeline().remove(IdleStateHandler.class);
      return;
    }
    send(
        context,
        request,
        Answer.error(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            "too many event streams are open",
            "Close some, or poll /api/v1/status."),
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

  private static void send(
      ChannelHandlerContext context, FullHttpRequest request, Answer answer, boolean last) {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    boolean head = request.method().equals(HttpMethod.HEAD);
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
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    } else {
      context.writeAndFlush(response);
    }
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
    if (!(cause instanceof IOException) && !(cause instanceof ReadTimeoutException)) {
      LOG.debug("a connection met {}", cause.toString());
    }
    context.close();
  }
}
