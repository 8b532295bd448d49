// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.config.ServeSetting;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.service.CleanerService;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In which order a service that is reached over HTTP begins and ends. */
@Timeout(60)
class ServingTest {

  private static final Pattern PORT = Pattern.compile("http://127.0.0.1:(\\d+)");

  @TempDir private Path temp;

  private final FileSystem disk = new LocalFileSystem();
  private final Interrupts interrupts = new Interrupts();
  private final StringWriter out = new StringWriter();

  private CleanerService service() throws IOException {
    List<String> problems = new ArrayList<>();
    Path logs = temp.resolve("logs");
    Files.createDirectories(logs.resolve("orders-0"));
    Map<ServeSetting, String> flags =
        Map.of(ServeSetting.STATE_DIR, temp.resolve("state").toString());
    ServeConfig config = ServeConfig.of(disk, Optional.empty(), flags, List.of(logs), problems);
    AlertConfig alerts = AlertConfig.parse(Map.of(), problems);
    assertThat(problems).isEmpty();
    return CleanerService.open(
        disk,
        Clock.system(),
        new ServeSetup(disk, config, Map.of())
            .service(false, alerts, new AlertDispatcher(List.of())),
        Throttle.unlimited());
  }

  private boolean isListening() {
    Matcher port = PORT.matcher(out.toString());
    assertThat(port.find()).as(out.toString()).isTrue();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)))) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  /** Workers that take their time to end do so while the server ends, and not only after it. */
  @Test
  void untilStopped_endIsAskedFor_theServiceIsToldBeforeTheServerEnds() throws Exception {
    AtomicBoolean listening = new AtomicBoolean();
    PrintWriter printer = new PrintWriter(out, true);
    try (CleanerService service = service()) {
      ExitCode exit =
          new Serving(
                  new Terminal(printer, printer, false, Map.of()), interrupts, disk, Clock.system())
              .untilStopped(
                  "serves",
                  HttpConfig.loopback(0),
                  new Serving.Token("0123456789abcdef", "a test"),
                  service.facade(),
                  () -> {
                    service.begin();
                    interrupts.token().cancel();
                  },
                  () -> {
                    listening.set(isListening());
                    service.stop();
                  });

      assertThat(exit).isEqualTo(ExitCode.DONE);
      assertThat(listening).isTrue();
      assertThat(isListening()).isFalse();
    }
  }
}
