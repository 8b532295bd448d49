// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;

/** Samples the stacks of this process while it is open. */
final class FlightRecording implements AutoCloseable {

  private static final Duration PERIOD = Duration.ofMillis(10);

  private final Recording recording = new Recording();
  private final Path file;

  /**
   * @param file that the recording is written to
   */
  FlightRecording(Path file) {
    this.file = file;
    recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
    recording.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
    recording.start();
  }

  @Override
  public void close() throws IOException {
    recording.stop();
    recording.dump(file);
    recording.close();
  }
}
