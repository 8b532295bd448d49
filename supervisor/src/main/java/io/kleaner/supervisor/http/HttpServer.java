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
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.BindException;
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

  /** Connections beyond the limit that are still heard, for health alone. */
  private static final int SPARE_CONNECTIONS = 16;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Channel listening;
  private final ServiceApi.Subscription subscription;
  private final Capacity capacity;
  private final String tls;
  private final Optional<TlsWatch> certificates;

  private HttpServer(
      EventLoopGroup acceptors,
      EventLoopGroup workers,
      Channel listening,
      ServiceApi.Subscription subscription,
      Capacity capacity,
      String tls,
      Optional<TlsWatch> certificates) {
    this.acceptors = acceptors;
    this.workers = workers;
    this.listening = listening;
    this.subscription = subscription;
    this.capacity = capacity;
    this.tls = tls;
    this.certificates = certificates;
  }

  /**
   * Begins to listen.
   *
   * @param token that actions need; empty if there is none
   * @throws BindException if the address is taken
   * @throws IOException if the TLS files are none
   */
  public static HttpServer start(
      FileSystem fileSystem, HttpConfig config, String token, ServiceApi api, Clock clock)
      throws IOException {
    return start(fileSystem, config, token, api, clock, Tls.provider(), Limits.DEFAULT);
  }

  /** The same with a TLS provider and bounds of one's choice. */
  static HttpServer start(
      FileSystem fileSystem,
      HttpConfig config,
      String token,
      ServiceApi api,
      Clock clock,
      SslProvider provider,
      Limits limits)
      throws IOException {
    if (!config.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", config.problems()));
    }
    Optional<TlsFiles> ssl =
        config.isTls() ? Optional.of(new TlsFiles(fileSystem, config, provider)) : Optional.empty();
    String tls = ssl.isPresent() ? Tls.text(provider) : "none";
    Capacity capacity = new Capacity(limits.pendingBytes());
    EventLoopGroup acceptors = group("kleaner-http-accept", 1);
    EventLoopGroup workers = group("kleaner-http", 2);
    EventStreams streams = new EventStreams(workers.next(), config.maxEventStreams());
    Routes routes = new Routes(api, new Guard(token, config, clock), tls);
    AtomicInteger connections = new AtomicInteger();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptors, workers)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 64)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    limits.streamBacklogBytes() / 4, limits.streamBacklogBytes()))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    int count = connections.incrementAndGet();
                    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
                    if (count > config.maxConnections() + SPARE_CONNECTIONS) {
                      channel.close();
                      return;
                    }
                    boolean spare = count > config.maxConnections();
                    ChannelPipeline pipeline = channel.pipeline();
                    ssl.ifPresent(
                        files -> pipeline.addLast(files.context().newHandler(channel.alloc())));
                    pipeline.addLast(
                        new RequestDeadline(spare ? limits.spareRequestMs() : limits.requestMs()),
                        new IdleStateHandler(0, 0, limits.idleMs(), TimeUnit.MILLISECONDS),
                        new WriteTimeoutHandler(limits.writeMs(), TimeUnit.MILLISECONDS),
                        new HttpServerCodec(
                            limits.lineBytes(), limits.headerBytes(), limits.chunkBytes()),
                        new BoundedAggregator(limits.bodyBytes()),
                        new RequestDeadline.Met(),
                        new Connection(routes, streams, capacity, spare));
                  }
                });
    ChannelFuture bound = bootstrap.bind(config.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      capacity.close();
      shutDown(acceptors, workers);
      BindException failure =
          new BindException(
              "cannot listen on "
                  + config.address().getHostString()
                  + ":"
                  + config.address().getPort()
                  + ": "
                  + bound.cause().getMessage());
      failure.initCause(bound.cause());
      throw failure;
    }
    workers
        .next()
        .scheduleAtFixedRate(
            streams::beat, limits.beatMs(), limits.beatMs(), TimeUnit.MILLISECONDS);
    return new HttpServer(
        acceptors,
        workers,
        bound.channel(),
        api.subscribe(streams::send),
        capacity,
        tls,
        ssl.map(files -> TlsWatch.start(files, api::certificate)));
  }

  /** What is wrong with the TLS files; empty if nothing is, or none are named. */
  public static Optional<String> problem(FileSystem fileSystem, HttpConfig config) {
    if (config.tlsCertificate().isEmpty() || config.tlsKey().isEmpty()) {
      return Optional.empty();
    }
    try {
      Tls.of(Tls.read(fileSystem, config), config, SslProvider.JDK);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("TLS: " + e.getMessage());
    }
  }

  private static EventLoopGroup group(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Where it listens, with the port that was picked. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** Who does TLS: OpenSSL with its version, JDK, or none. */
  public String tls() {
    return tls;
  }

  /** Looks now whether the TLS files have changed, and not only within seconds. */
  void lookAtCertificate() {
    certificates.ifPresent(TlsWatch::look);
  }

  /** For a browser. */
  public String url() {
    String host = address().getAddress().getHostAddress();
    return (!tls.equals("none") ? "https" : "http")
        + "://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + address().getPort();
  }

  /** Stops within two seconds; open connections are closed. */
  @Override
  public void close() {
    certificates.ifPresent(TlsWatch::close);
    subscription.close();
    capacity.close();
    listening.close().awaitUninterruptibly(500, TimeUnit.MILLISECONDS);
    shutDown(acceptors, workers);
  }

  private static void shutDown(EventLoopGroup acceptors, EventLoopGroup workers) {
    acceptors.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS);
    workers.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS).awaitUninterruptibly(1_500);
  }
}
