// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A real HTTP server on the loopback that behaves as a script says: one behaviour for each request,
 * the last for all that follow. Speaks to sockets itself, since no library misbehaves on demand.
 */
final class Receiver implements AutoCloseable {

  /** What it does once it has read a request. */
  interface Behaviour {
    void answer(Socket socket) throws IOException, InterruptedException;
  }

  /** What came; header names in lower case. */
  record Request(String line, Map<String, String> headers, String body) {}

  private final ServerSocket server;
  private final Queue<Behaviour> script;
  private final Behaviour last;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

  Receiver(Behaviour... script) throws IOException {
    this.script = new ArrayDeque<>(List.of(script));
    this.last = script[script.length - 1];
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("receiver", this::accept);
  }

  static Behaviour status(int status, String... headers) {
    StringBuilder answer =
        new StringBuilder(
            "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\nConnection: close\r\n");
    for (String header : headers) {
      answer.append(header).append("\r\n");
    }
    return socket -> write(socket, answer + "\r\n");
  }

  static Behaviour closes() {
    return Socket::close;
  }

  /** Reads until the other side hangs up, and remembers that it did. */
  static Behaviour neverAnswers(CountDownLatch hungUp) {
    return socket -> {
      try {
        while (socket.getInputStream().read() >= 0) {
          // Nothing more is expected.
        }
      } finally {
        hungUp.countDown();
      }
    };
  }

  /** Says 200 and then a body that never ends. */
  static Behaviour neverEnds() {
    return socket -> {
      write(socket, "HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\nx");
      while (socket.getInputStream().read() >= 0) {
        // Until the other side hangs up.
      }
    };
  }

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  URI url() {
    return url("", "/hook");
  }

  URI url(String userInfo, String pathAndQuery) {
    return URI.create("http://" + userInfo + "127.0.0.1:" + server.getLocalPort() + pathAndQuery);
  }

  /** The next request, waiting for it. */
  Request next() throws InterruptedException {
    Request request = requests.poll(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came");
    }
    return request;
  }

  /** Requests that nobody has asked for yet. */
  int waiting() {
    return requests.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        start("receiver-connection", () -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Request request = read(new BufferedInputStream(socket.getInputStream()));
      Behaviour behaviour;
      synchronized (script) {
        behaviour = script.isEmpty() ? last : script.remove();
      }
      requests.add(request);
      behaviour.answer(socket);
    } catch (IOException | UncheckedIOException gone) {
      // The other side hung up: some tests want that.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Request read(InputStream in) throws IOException {
    String line = line(in);
    Map<String, String> headers = new HashMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(line, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("hung up");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
