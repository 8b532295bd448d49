// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Runs another main class until that ends, or until whoever started it is gone, however that
 * happened: a parent that is killed runs no shutdown hook, but its end of our standard input is
 * closed.
 */
final class Tether {

  private static final int KILLED = 137;

  private Tether() {}

  /**
   * Never returns before the other main method does.
   *
   * @param args the class to run, and its arguments
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(Tether::endWithParent, "tether");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("standard input is lost: " + e);
    }
    Runtime.getRuntime().halt(KILLED);
  }
}
