// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs a program for each alert, never through a shell: JSON on its standard input, the main fields
 * in its environment. One that takes too long is killed.
 */
final class ExecCourier implements QueuedSink.Courier {

  private final List<String> command;
  private final long timeoutMs;
  private final Function<AlertEvent, String> body;

  ExecCourier(List<String> command, long timeoutMs, Function<AlertEvent, String> body) {
    this.command = List.copyOf(command);
    this.timeoutMs = timeoutMs;
    this.body = body;
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token)
      throws DeliveryException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.put("KLEANER_ALERT_EVENT", event.kind().name());
    environment.put("KLEANER_ALERT_RULE", event.alert().rule());
    environment.put("KLEANER_ALERT_SUBJECT", event.alert().subject());
    environment.put("KLEANER_ALERT_SEVERITY", event.alert().severity().name());
    environment.put("KLEANER_ALERT_SUMMARY", event.alert().summary());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new DeliveryException(command.get(0) + " cannot be started");
    }
    try (OutputStream in = process.getOutputStream()) {
      in.write(body.apply(event).getBytes(StandardCharsets.UTF_8));
    } catch (IOException notRead) {
      // A program may take all it needs from its environment; its exit code counts.
    }
    if (!process.waitFor(timeoutMs, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new DeliveryException(
          command.get(0) + " had not ended after " + timeoutMs + " ms and was killed");
    }
    if (process.exitValue() != 0) {
      throw new DeliveryException(command.get(0) + " ended with " + process.exitValue());
    }
  }
}
