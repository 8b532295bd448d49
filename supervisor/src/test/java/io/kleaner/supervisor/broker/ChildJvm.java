// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts JVMs; none of them outlives this one. Thread-safe. */
public final class ChildJvm {

  private static final Duration END = Duration.ofSeconds(10);
  private static final List<Process> CHILDREN = new ArrayList<>();
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ChildJvm::endAll, "child-jvm-end"));
  }

  private ChildJvm() {}

  /** Starts a JVM on the class path of this one. */
  static Process start(Path directory, List<String> options, List<String> command)
      throws IOException {
    return start(directory, ownClassPath(), options, command);
  }

  /**
   * Starts a JVM. Its standard input must stay open as long as it is to live, see {@link Tether}.
   *
   * @param classPath must contain the class that is the tether
   * @param options of the JVM itself
   * @param command the main class and its arguments
   */
  static Process start(Path directory, String classPath, List<String> options, List<String> command)
      throws IOException {
    return start(
        new ProcessBuilder(line(classPath, options, command))
            .redirectErrorStream(true)
            .directory(directory.toFile()));
  }

  /** The command line of such a JVM, for who starts it in another way. */
  public static List<String> line(String classPath, List<String> options, List<String> command) {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.add("-XX:-UsePerfData");
    all.addAll(options);
    all.add("-cp");
    all.add(classPath);
    all.add(Tether.class.getName());
    all.addAll(command);
    return all;
  }

  /** Starts a JVM by a command line that ends with {@link #line}. */
  public static Process start(ProcessBuilder builder) throws IOException {
    synchronized (CHILDREN) {
      // Other threads go on while this JVM ends: the one that waited for a child starts the next.
      if (ending) {
        throw new IOException("this JVM is ending");
      }
      CHILDREN.removeIf(child -> !child.isAlive());
      Process child = builder.start();
      CHILDREN.add(child);
      return child;
    }
  }

  /** Waits for one that was killed: it may be in the middle of a write. */
  public static void awaitEnd(Process killed) {
    try {
      killed.waitFor(END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits too: whoever removes the directory next must not find a child writing to it. */
  private static void endAll() {
    synchronized (CHILDREN) {
      ending = true;
      CHILDREN.forEach(Process::destroyForcibly);
      try {
        for (Process child : CHILDREN) {
          child.waitFor(END.toSeconds(), TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Under a build, the class path of the JVM itself is one jar that names the others. */
  public static String ownClassPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
