// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that has spilled keys into a directory and lives, until it is killed. */
final class SpillingProcess implements AutoCloseable {

  private final Process process;

  private SpillingProcess(Process process) {
    this.process = process;
  }

  static SpillingProcess in(Path spillDir) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SpillingProcess.class.getName(),
                spillDir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.getInputStream().read() != 'S') {
      throw new IOException("the other process has not spilled");
    }
    return new SpillingProcess(process);
  }

  /** Ends it without a chance to clean up. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  /** Spills, says so by an S, and waits. */
  public static void main(String[] args) throws IOException {
    try (SpillOwner owner = SpillOwner.take(new LocalFileSystem(), Path.of(args[0]))) {
      Files.write(owner.place().file("1-0-0"), new byte[4096]);
      System.out.print("S");
      System.out.flush();
      System.in.readAllBytes();
    }
  }
}
