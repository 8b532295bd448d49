// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import javax.management.remote.JMXServiceURL;

/**
 * Asks a JVM of this machine to open its local JMX, which only processes of its user can reach. Its
 * classes come with a JDK, not with every JRE.
 */
final class LocalAgent {

  private LocalAgent() {}

  /**
   * Where the JVM's local JMX is.
   *
   * @throws IOException if it can't be had; the message says why and what to do
   */
  static JMXServiceURL open(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        return new JMXServiceURL(machine.startLocalManagementAgent());
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException(
          "the JVM with pid "
              + pid
              + " doesn't let us attach: "
              + e.getMessage()
              + ". Run as the broker's user, or open a JMX port and give --jmx",
          e);
    } catch (IOException e) {
      throw new IOException(
          "no JVM with pid "
              + pid
              + " can be attached to ("
              + e.getMessage()
              + "). Check the pid, and that we run as the broker's user",
          e);
    } catch (LinkageError e) {
      throw new IOException(
          "this Java runtime has no module jdk.attach; run kleaner by a JDK, or open a JMX port and"
              + " give --jmx",
          e);
    }
  }
}
