// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import io.kleaner.supervisor.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The service beside a thread that, once a file appears, takes all of the heap there is for some
 * seconds, and gives it back.
 */
public final class HeapHog {

  /** The system property that names the file. */
  static final String TRIGGER = "kleaner.test.hog";

  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int LARGEST = 1 << 20;
  private static final int SLOTS = 1 << 18;

  private HeapHog() {}

  /**
   * Starts both.
   *
   * @param args for the service
   */
  public static void main(String[] args) {
    Path trigger = Path.of(System.getProperty(TRIGGER));
    Thread thread = new Thread(() -> hog(trigger), "heap-hog");
    thread.setDaemon(true);
    thread.start();
    Main.main(args);
  }

  private static void hog(Path trigger) {
    Path done = Path.of(trigger + ".done");
    while (!Files.exists(trigger)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    Object[] taken = new Object[SLOTS];
    long end = System.nanoTime() + HELD_NANOS;
    int count = 0;
    int size = LARGEST;
    while (System.nanoTime() < end && count < SLOTS) {
      try {
        taken[count] = new byte[size];
        count++;
      } catch (OutOfMemoryError full) {
        // Ever smaller pieces, then again what others have given back.
        size = size > 64 ? size / 2 : LARGEST;
      }
    }
    Arrays.fill(taken, null);
    try {
      Files.createFile(done);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
