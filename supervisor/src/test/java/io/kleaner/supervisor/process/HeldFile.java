// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A regular file that another process holds a lease on (fcntl, F_SETLEASE) and does not give back:
 * whoever opens it waits in the kernel and hears no interrupt meanwhile, as with a disk that does
 * not answer. It waits until the lease is given back, or for {@code /proc/sys/fs/lease-break-time},
 * which is 45 seconds: many times what these tests have a service wait for.
 *
 * <p>Linux alone has leases, and perl is how a test gets at one; it is left out where either is
 * missing.
 */
final class HeldFile implements AutoCloseable {

  private static final String HOLD =
      "$SIG{IO} = 'IGNORE';"
          + " open(my $file, '+<', $ARGV[0]) or die \"open: $!\";"
          + " fcntl($file, 1024, 1) or die \"lease: $!\";"
          + " $| = 1; print \"held\\n\"; <STDIN>;";

  private final Path path;
  private final Process holder;

  private HeldFile(Path path, Process holder) {
    this.path = path;
    this.holder = holder;
  }

  /** Makes a file and holds it. */
  static HeldFile make(Path file, String content) throws IOException {
    Files.writeString(file, content);
    Process holder = null;
    try {
      holder =
          new ProcessBuilder(List.of("perl", "-e", HOLD, file.toString()))
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      Assumptions.abort("there is no perl: " + e);
    }
    BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
    String first = said.readLine();
    if (!"held".equals(first)) {
      holder.destroyForcibly();
      Assumptions.abort("no lease can be had here: " + first);
    }
    return new HeldFile(file, holder);
  }

  /** Lets everyone go who waits; each reads the file. */
  void answer() throws InterruptedException {
    holder.destroyForcibly();
    Assumptions.assumeTrue(holder.waitFor(60, TimeUnit.SECONDS), "the holder does not end");
  }

  /** Takes it away. */
  void remove() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
