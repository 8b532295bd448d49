// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Path;

/** Another process that holds a lock, as a running broker does, until its input ends. */
public final class ForeignLock implements AutoCloseable {

  private final Process process;

  private ForeignLock(Process process) {
    this.process = process;
  }

  public static ForeignLock on(Path lockFile) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                ForeignLock.class.getName(),
                lockFile.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.getInputStream().read() != 'L') {
      throw new IOException("the other process did not get the lock");
    }
    return new ForeignLock(process);
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** Takes the lock, says so by an L, and waits. */
  public static void main(String[] args) throws IOException {
    try (FileLease lease = new LocalFileSystem().tryLock(Path.of(args[0])).orElseThrow()) {
      System.out.print(lease == null ? "" : "L");
      System.out.flush();
      System.in.readAllBytes();
    }
  }
}
