// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a program for each event, never through a shell: JSON on its standard input, the main fields
 * in its environment. One that takes too long is killed, with the children it has by then. What it
 * prints is thrown away. It inherits our environment but for {@code KLEANER_*}, where tokens may
 * be. Thread-safe.
 */
final class ExecCourier implements QueuedSink.Courier {

  private static final String OURS = "KLEANER_";

  /** After a kill, until its exit is seen. */
  private static final long REAP_MS = 2_000;

  private final List<String> command;
  private final long timeoutMs;
  private final String instance;

  /**
   * @param command the program and its arguments
   * @param timeoutMs from start to exit
   * @param instance names this service in what the program is told
   */
  ExecCourier(List<String> command, long timeoutMs, String instance) {
    this.command = List.copyOf(command);
    this.timeoutMs = timeoutMs;
    this.instance = instance;
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token)
      throws DeliveryException, InterruptedException {
    Process process = start(event);
    AtomicBoolean late = new AtomicBoolean();
    // Killed from aside: a program that doesn't read would hold us in the write to its input.
    CompletableFuture<Void> limit =
        CompletableFuture.runAsync(
            () -> {
              late.set(true);
              kill(process);
            },
            CompletableFuture.delayedExecutor(timeoutMs, TimeUnit.MILLISECONDS, Runnable::run));
    try {
      write(process, AlertJson.own(event, instance));
      boolean ended = process.waitFor(timeoutMs + REAP_MS, TimeUnit.MILLISECONDS);
      if (!ended || (late.get() && process.exitValue() != 0)) {
        throw new DeliveryException(
            program() + " had not ended after " + timeoutMs + " ms and was killed");
      }
      if (process.exitValue() != 0) {
        throw new DeliveryException(program() + " ended with " + process.exitValue());
      }
    } finally {
      limit.cancel(false);
      kill(process);
    }
  }

  private Process start(AlertEvent event) throws DeliveryException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith(OURS));
    tell(environment, event);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new DeliveryException(program() + " cannot be started");
    }
  }

  private void tell(Map<String, String> environment, AlertEvent event) {
    Alert alert = event.alert();
    Map.of(
            "EVENT", AlertJson.lower(event.kind()),
            "ID", Long.toString(alert.id()),
            "INSTANCE", instance,
            "RULE", alert.rule(),
            "SUBJECT", alert.subject(),
            "SEVERITY", AlertJson.lower(alert.severity()),
            "SUMMARY", alert.summary(),
            "EVIDENCE", alert.evidence(),
            "NEXT_STEP", alert.nextStep())
        .forEach(
            (name, value) -> environment.put(OURS + "ALERT_" + name, AlertText.oneLine(value)));
  }

  private static void write(Process process, String json) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(json.getBytes(StandardCharsets.UTF_8));
    } catch (IOException notRead) {
      // A program may take all it needs from its environment; its exit code counts.
    }
  }

  private static void kill(Process process) {
    if (process.isAlive()) {
      // The program first: one that waits for its children would take their end for its success.
      List<ProcessHandle> children = process.descendants().toList();
      process.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Without its arguments, among which may be a secret. */
  private String program() {
    return command.get(0);
  }
}
