// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A wire between clients and a broker that can be cut and mended. Thread-safe. */
public final class Relay implements AutoCloseable {

  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile InetSocketAddress target;
  private volatile boolean cut;

  private Relay(ServerSocket server) {
    this.server = server;
  }

  /** A wire that leads nowhere yet. */
  public static Relay open() throws IOException {
    Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    start(relay::accept);
    return relay;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  /** Leads to a host and port. */
  public void to(String address) {
    int colon = address.lastIndexOf(':');
    target =
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  /** Where clients connect to. */
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Ends all connections, and each new one at once. */
  public void cut() {
    cut = true;
    open.forEach(Relay::end);
    open.clear();
  }

  /** Lets connections through again. */
  public void mend() {
    cut = false;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        serve(server.accept());
      } catch (IOException e) {
        // Closed, or the broker is not there now: the client sees an end.
        Thread.onSpinWait();
      }
    }
  }

  private void serve(Socket client) throws IOException {
    InetSocketAddress leadsTo = target;
    if (cut || leadsTo == null) {
      end(client);
      return;
    }
    Socket broker = new Socket();
    open.add(client);
    open.add(broker);
    broker.connect(leadsTo);
    start(() -> pump(client, broker));
    start(() -> pump(broker, client));
  }

  private static void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // Either side has ended; so does the other.
      end(from);
    }
    end(to);
  }

  private static void end(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket of the relay cannot be closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
