// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kleaner.supervisor.broker.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is to be told is gone, hangs, and comes back, while the service runs. */
class UnpluggedReceiverTest {

  /** Far above what a tick needs, far below what a receiver may take. */
  private static final long LAG_MS = 3_000;

  @TempDir private Path temp;

  @Test
  void receiver_isUnpluggedHangsAndReturns_watchdogIsNotSlowedAndWhatIsLeftIsDelivered()
      throws Exception {
    // Not one that a client may be given while nobody listens there.
    int port = FreePorts.find(1).get(0);
    try (Hook first = new Hook(port, false)) {
      ServiceHome home =
          new ServiceHome(temp)
              .partitions("orders", 2)
              .set("threads", 4)
              .flags("--chaos")
              .alerts(
                  "alerts:\n  sinks:\n    - type: webhook\n      url: http://127.0.0.1:"
                      + port
                      + "/\n      timeout.ms: 2000\n      max.attempts: 50\n");
      try (ServiceProcess service = home.start()) {
        service.await("clean", () -> service.count("clean") == 2);
        die(service, "cleaner-0");
        service.await("told", () -> first.heard("cleaner-0"));
        first.unplug();

        long restartMs = die(service, "cleaner-1");
        assertThat(restartMs).isLessThan(LAG_MS);
        try (Hook hanging = new Hook(port, true)) {
          restartMs = die(service, "cleaner-2");
          assertThat(restartMs).isLessThan(LAG_MS);
          service.await("someone waits for an answer", hanging::isAsked);
          assertThat(service.statusOf("/healthz")).isEqualTo(200);
        }
        assertThat(service.status().path("loopLagMs").asLong()).isLessThan(LAG_MS);

        try (Hook back = new Hook(port, false)) {
          service.await(
              "what was left is delivered",
              () -> back.heard("cleaner-1") && back.heard("cleaner-2"));
        }
        home.partitions("later", 2);
        service.await("work went on", () -> service.count("clean") == 4);
      }
    }
  }

  /** Lets a worker die and returns how long its restart took. */
  private static long die(ServiceProcess service, String worker) throws Exception {
    int before = service.incidents("WORKER_RESTARTED").size();
    long askedMs = System.currentTimeMillis();
    service.post("/api/v1/workers/" + worker + "/chaos?fault=linkage");
    service.await("replaced", () -> service.incidents("WORKER_RESTARTED").size() > before);
    return service.incidents("WORKER_RESTARTED").get(0).path("atMs").asLong() - askedMs;
  }

  /** Takes alerts by HTTP, or takes requests and never answers. */
  private static final class Hook implements AutoCloseable {

    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final boolean hangs;
    private volatile boolean asked;

    Hook(int port, boolean hangs) throws IOException {
      this.hangs = hangs;
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
      server.createContext("/", this::answer);
      server.setExecutor(threads);
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      asked = true;
      try {
        if (hangs) {
          closed.await();
          return;
        }
        bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        exchange.sendResponseHeaders(200, -1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        exchange.close();
      }
    }

    boolean isAsked() {
      return asked;
    }

    boolean heard(String subject) {
      return bodies.stream().anyMatch(body -> body.contains(subject));
    }

    @Override
    public void close() {
      unplug();
    }

    /** It is gone; whoever waits for an answer gets none. */
    void unplug() {
      closed.countDown();
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
