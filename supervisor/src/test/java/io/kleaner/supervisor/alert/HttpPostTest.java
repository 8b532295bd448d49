// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.broker.FreePorts;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server that misbehaves. */
@Timeout(60)
class HttpPostTest {

  private static final long PATIENT_MS = 20_000;
  private static final long IMPATIENT_MS = 200;

  /** Of which one attempt may be lost, and another has to arrive in on a busy machine. */
  private static final long ENOUGH_MS = 3_000;

  private static final Backoff QUICK = new Backoff(1, 2);

  private final CancelToken token = new CancelToken();

  @Test
  void send_ok_postsTheBodyOnce() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(204))) {
      send(receiver.url(), PATIENT_MS, 5);

      Receiver.Request request = receiver.next();
      assertThat(request.line()).isEqualTo("POST /hook HTTP/1.1");
      assertThat(request.body()).isEqualTo("{\"ä\":1}");
      assertThat(request.headers())
          .containsEntry("content-type", "application/json")
          .containsEntry("x-of-test", "yes")
          .doesNotContainKeys("upgrade", "authorization");
      assertThat(receiver.waiting()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503})
  void send_troubleThatPasses_arrivesAtALaterAttempt(int status) throws Exception {
    try (Receiver receiver =
        new Receiver(Receiver.status(status), Receiver.status(status), Receiver.status(200))) {
      send(receiver.url(), PATIENT_MS, 3);

      assertThat(receiver.waiting()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 413})
  void send_refused_isGivenUpAtOnce(int status) throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(status))) {
      assertThatThrownBy(() -> send(receiver.url(), PATIENT_MS, 5))
          .isInstanceOf(DeliveryException.class)
          .hasMessageEndingWith(": answered " + status);

      assertThat(receiver.waiting()).isEqualTo(1);
    }
  }

  @Test
  void send_redirected_followsNowhere() throws Exception {
    try (Receiver elsewhere = new Receiver(Receiver.status(200));
        Receiver receiver = new Receiver(Receiver.status(307, "Location: " + elsewhere.url()))) {
      assertThatThrownBy(() -> send(receiver.url(), PATIENT_MS, 5))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("redirects are not followed");

      assertThat(elsewhere.waiting()).isZero();
    }
  }

  @Test
  void send_alwaysTrouble_isGivenUpAfterTheLastAttempt() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(500))) {
      assertThatThrownBy(() -> send(receiver.url(), PATIENT_MS, 3))
          .isInstanceOf(DeliveryException.class)
          .hasMessageEndingWith(": answered 500; given up after attempt 3");

      assertThat(receiver.waiting()).isEqualTo(3);
    }
  }

  @Test
  void send_askedToComeBackInAWeek_restsNoLongerThanTheLongestPause() throws Exception {
    try (Receiver receiver =
        new Receiver(Receiver.status(429, "Retry-After: 604800"), Receiver.status(200))) {
      send(receiver.url(), PATIENT_MS, 2);

      assertThat(receiver.waiting()).isEqualTo(2);
    }
  }

  @Test
  void send_connectionClosed_triesAgain() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.closes(), Receiver.status(200))) {
      send(receiver.url(), PATIENT_MS, 2);

      assertThat(receiver.waiting()).isEqualTo(2);
    }
  }

  @Test
  void send_neverAnswered_givesUpAndHangsUp() throws Exception {
    CountDownLatch hungUp = new CountDownLatch(1);
    try (Receiver receiver = new Receiver(Receiver.neverAnswers(hungUp))) {
      assertThatThrownBy(() -> send(receiver.url(), IMPATIENT_MS, 1))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("no answer within 200 ms");

      assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void send_answerNeverEnds_givesUp() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.neverEnds())) {
      assertThatThrownBy(() -> send(receiver.url(), IMPATIENT_MS, 1))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("no answer within 200 ms");
    }
  }

  @Test
  void send_answerIsNoHttp_givesUp() throws Exception {
    try (Receiver receiver =
        new Receiver(socket -> Receiver.write(socket, "220 mail.example ESMTP\r\n"))) {
      assertThatThrownBy(() -> send(receiver.url(), PATIENT_MS, 1))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("connection failed");
    }
  }

  @Test
  void send_nobodyListens_givesUp() throws Exception {
    // Not one of those that clients are given: its own client could be given it, and meet itself.
    URI url = URI.create("http://127.0.0.1:" + FreePorts.find(1).get(0) + "/hook");

    assertThatThrownBy(() -> send(url, PATIENT_MS, 2))
        .isInstanceOf(DeliveryException.class)
        .hasMessageEndingWith("no connection; given up after attempt 2");
  }

  @Test
  void send_httpsToAServerWithoutTls_saysSo() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answering =
          new Thread(
              () -> {
                try (Socket socket = plain.accept()) {
                  readTlsRecord(socket);
                  Receiver.write(socket, "HTTP/1.1 400 X\r\n\r\n");
                } catch (IOException closed) {
                  // The client has seen enough.
                }
              });
      answering.setDaemon(true);
      answering.start();

      assertThatThrownBy(
              () ->
                  send(
                      URI.create("https://127.0.0.1:" + plain.getLocalPort() + "/"), PATIENT_MS, 1))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("TLS: ");
    }
  }

  /** As the client has it when the server closes before it is done with what it makes of that. */
  @Test
  void reason_tlsFailedAndTheConnectionEndedMeanwhile_isThatOfTls() {
    IOException ended =
        new IOException(
            "received no bytes",
            new IOException("received no bytes", new SSLException("plaintext connection?")));

    assertThat(HttpPost.reason(ended)).isEqualTo("TLS: plaintext connection?");
    assertThat(HttpPost.reason(new IOException("received no bytes", null)))
        .isEqualTo("connection failed (IOException)");
  }

  /** Whole: closing on what is unread resets the connection, and the answer may be lost by that. */
  private static void readTlsRecord(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readFully(new byte[3]);
    in.readFully(new byte[in.readUnsignedShort()]);
  }

  @Test
  void send_serviceEnds_theAttemptUnderWayIsTheLast() throws Exception {
    try (Receiver receiver =
        new Receiver(
            socket -> {
              token.cancel();
              Receiver.write(socket, "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n");
            })) {
      HttpPost post = new HttpPost(receiver.url(), PATIENT_MS, 5, new Backoff(60_000, 60_000));

      assertThatThrownBy(() -> post.send("{}", Map::of, token))
          .isInstanceOf(DeliveryException.class)
          .hasMessageEndingWith("given up after attempt 1");
    }
  }

  @Test
  void send_interrupted_endsAtOnce() throws Exception {
    Thread sender = Thread.currentThread();
    CountDownLatch hungUp = new CountDownLatch(1);
    try (Receiver receiver =
        new Receiver(
            socket -> {
              sender.interrupt();
              Receiver.neverAnswers(hungUp).answer(socket);
            })) {
      assertThatThrownBy(() -> send(receiver.url(), PATIENT_MS, 5))
          .isInstanceOf(InterruptedException.class);

      assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void send_urlWithSecrets_sendsThemAndSaysNoneOfThem() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(403))) {
      URI url = receiver.url("ann:pa%20ss@", "/services/T0/hunter2?token=abc");

      assertThatThrownBy(() -> send(url, PATIENT_MS, 1))
          .isInstanceOf(DeliveryException.class)
          .hasMessage("http://127.0.0.1:" + url.getPort() + ": answered 403");

      Receiver.Request request = receiver.next();
      assertThat(request.line()).isEqualTo("POST /services/T0/hunter2?token=abc HTTP/1.1");
      assertThat(request.headers())
          .containsEntry(
              "authorization",
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString("ann:pa ss".getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void send_answerInManySmallPieces_arrives() throws Exception {
    try (Receiver receiver =
        new Receiver(
            socket -> {
              for (char c : "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok".toCharArray()) {
                Receiver.write(socket, String.valueOf(c));
              }
            })) {
      send(receiver.url(), PATIENT_MS, 1);

      assertThat(receiver.waiting()).isEqualTo(1);
    }
  }

  @Test
  void send_firstAnswerTooSlow_arrivesAtALaterAttempt() throws Exception {
    CountDownLatch hungUp = new CountDownLatch(1);
    try (Receiver receiver = new Receiver(Receiver.neverAnswers(hungUp), Receiver.status(200))) {
      send(receiver.url(), IMPATIENT_MS, 50);

      assertThat(receiver.waiting()).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void send_threadOfTheClientDied_isReplaced() throws Exception {
    Set<Thread> before = selectors();
    try (Receiver receiver = new Receiver(Receiver.status(200))) {
      HttpPost post = new HttpPost(receiver.url(), ENOUGH_MS, 1, QUICK);
      post.send("{}", Map::of, token);
      for (Thread selector : selectors()) {
        if (!before.contains(selector)) {
          selector.interrupt();
          selector.join(10_000);
        }
      }

      int givenUp = 0;
      while (receiver.waiting() == 1) {
        try {
          post.send("{}", Map::of, token);
        } catch (DeliveryException e) {
          givenUp++;
        }
      }

      assertThat(givenUp).isBetween(1, 3);
    }
  }

  private static Set<Thread> selectors() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith("-SelectorManager"))
        .collect(Collectors.toSet());
  }

  @Test
  void send_afterItGaveUp_worksOnceTheReceiverDoes() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.closes(), Receiver.status(200))) {
      HttpPost post = new HttpPost(receiver.url(), PATIENT_MS, 1, QUICK);
      assertThatThrownBy(() -> post.send("{}", Map::of, token))
          .isInstanceOf(DeliveryException.class);

      post.send("{}", Map::of, token);

      assertThat(receiver.waiting()).isEqualTo(2);
    }
  }

  @Test
  void pauseMs_grows_upToTheLongest() {
    Backoff backoff = new Backoff(500, 30_000);

    assertThat(backoff.pauseMs(2, 0)).isEqualTo(500);
    assertThat(backoff.pauseMs(2, 1)).isEqualTo(250);
    assertThat(backoff.pauseMs(5, 0)).isEqualTo(4_000);
    assertThat(backoff.pauseMs(8, 0)).isEqualTo(30_000);
    assertThat(backoff.pauseMs(1_000, 1)).isEqualTo(15_000);
  }

  private void send(URI url, long timeoutMs, int maxAttempts) throws Exception {
    new HttpPost(url, timeoutMs, maxAttempts, QUICK)
        .send("{\"ä\":1}", () -> Map.of("X-Of-Test", "yes"), token);
  }
}
