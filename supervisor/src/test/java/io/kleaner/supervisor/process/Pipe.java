// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A named pipe in place of a file: whoever opens it to read waits in the kernel until someone opens
 * it to write, and hears no interrupt meanwhile; as with a disk that does not answer.
 */
final class Pipe {

  private final Path path;

  private Pipe(Path path) {
    this.path = path;
  }

  /** Makes one; a test that cannot have one is left out. */
  static Pipe inPlaceOf(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    try {
      Process made = new ProcessBuilder("mkfifo", file.toString()).start();
      Assumptions.assumeTrue(
          made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0, "mkfifo failed");
    } catch (IOException e) {
      Assumptions.abort("there is no mkfifo: " + e);
    }
    return new Pipe(file);
  }

  /** Lets everyone go who waits; each finds the file empty. */
  void answer() throws IOException {
    Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE).close();
  }

  /** Takes it away. */
  void remove() throws IOException {
    Files.deleteIfExists(path);
  }
}
