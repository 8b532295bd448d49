// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service's HTTP side. Few threads of its own, bounds on everything that a stranger decides:
 * line, headers, body, connections, streams, time. Thread-safe.
 */
// A write that fails closes its channel, which is all that is to be done about it.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HttpServer implements AutoCloseable {

  private static final int MAX_LINE_BYTES = 4 * 1024;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_CHUNK_BYTES = 8 * 1024;
  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final int REQUEST_SECONDS = 10;
  private static final int IDLE_SECONDS = 60;
  private static final int BEAT_SECONDS = 15;
  private static final int STREAM_BACKLOG_BYTES = 256 * 1024;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Channel listening;
  private final ServiceApi.Subscription subscription;
  private final boolean tls;

  private HttpServer(
      EventLoopGroup acceptors,
      EventLoopGroup workers,
      Channel listening,
      ServiceApi.Subscription subscription,
      boolean tls) {
    this.acceptors = acceptors;
    this.workers = workers;
    this.listening = listening;
    this.subscription = subscription;
    this.tls = tls;
  }

  /**
   * Begins to listen.
   *
   * @param token that actions need; empty if there is none
   * @throws IOException if the address is taken, or the TLS files are none
   */
  public static HttpServer start(
      FileSystem fileSystem, HttpConfig config, String token, ServiceApi api, Clock clock)
      throws IOException {
    if (!config.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", config.problems()));
    }
    Optional<SslContext> ssl =
        config.isTls() ? Optional.of(Tls.of(fileSystem, config, Tls.provider())) : Optional.empty();
    EventLoopGroup acceptors = group("kleaner-http-accept", 1);
    EventLoopGroup workers = group("kleaner-http", 2);
    EventStreams streams = new EventStreams(workers.next(), config.maxEventStreams());
    Guard guard = new Guard(token, config.address(), config.actionsPerMinute(), clock);
    Routes routes = new Routes(api, guard);
    AtomicInteger connections = new AtomicInteger();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptors, workers)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 64)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(STREAM_BACKLOG_BYTES / 4, STREAM_BACKLOG_BYTES))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (connections.incrementAndGet() > config.maxConnections()) {
                      connections.decrementAndGet();
                      channel.close();
                      return;
                    }
                    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
                    ChannelPipeline pipeline = channel.pipeline();
                    ssl.ifPresent(context -> pipeline.addLast(context.newHandler(channel.alloc())));
                    pipeline.addLast(
                        new RequestDeadline(REQUEST_SECONDS),
                        new io.netty.handler.timeout.IdleStateHandler(0, 0, IDLE_SECONDS),
                        new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES),
                        new HttpObjectAggregator(MAX_BODY_BYTES, true),
                        new RequestDeadline.Met(),
                        new Connection(routes, guard, streams));
                  }
                });
    ChannelFuture bound = bootstrap.bind(config.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      shutDown(acceptors, workers);
      throw new IOException(
          "cannot listen on "
              + config.address().getHostString()
              + ":"
              + config.address().getPort()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    workers.next().scheduleAtFixedRate(streams::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
    return new HttpServer(
        acceptors, workers, bound.channel(), api.subscribe(streams::send), ssl.isPresent());
  }

  private static EventLoopGroup group(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Where it listens, with the port that was picked. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** For a browser. */
  public String url() {
    String host = address().getAddress().getHostAddress();
    return (tls ? "https" : "http")
        + "://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + address().getPort();
  }

  /** Stops within two seconds; open connections are closed. */
  @Override
  public void close() {
    subscription.close();
    listening.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    shutDown(acceptors, workers);
  }

  private static void shutDown(EventLoopGroup acceptors, EventLoopGroup workers) {
    acceptors.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS);
    workers.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS).awaitUninterruptibly(1_500);
  }
}
