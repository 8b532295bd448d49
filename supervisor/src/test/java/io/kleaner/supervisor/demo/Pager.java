// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Receives alerts as whoever is on call would: by a webhook, on loopback. Thread-safe. */
final class Pager implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NO_CONTENT = 204;

  private final HttpServer server;
  private final List<JsonNode> alerts = new ArrayList<>();

  private Pager(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens from now on.
   *
   * @param rings is told of every alert
   */
  static Pager open(Consumer<JsonNode> rings) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Pager pager = new Pager(server);
    server.createContext(
        "/page",
        exchange -> {
          JsonNode alert = JSON.readTree(exchange.getRequestBody());
          exchange.sendResponseHeaders(NO_CONTENT, -1);
          exchange.close();
          // Who waits for it counts on what its ringing has noted.
          rings.accept(alert);
          synchronized (pager) {
            pager.alerts.add(alert);
            pager.notifyAll();
          }
        });
    server.start();
    return pager;
  }

  /** Where alerts are to be sent. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/page";
  }

  /** All so far. */
  synchronized List<JsonNode> alerts() {
    return List.copyOf(alerts);
  }

  /** Waits for an alert; empty if none came in time. */
  synchronized Optional<JsonNode> await(Predicate<JsonNode> wanted, long atMostMs)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + atMostMs * 1_000_000;
    while (true) {
      Optional<JsonNode> found = alerts.stream().filter(wanted).findFirst();
      long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
      if (found.isPresent() || leftMs <= 0) {
        return found;
      }
      wait(leftMs);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
