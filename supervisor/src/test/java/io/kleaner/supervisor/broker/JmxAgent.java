// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Closes and opens the JMX port of a running broker from beside it, as an operator would. */
public final class JmxAgent {

  private JmxAgent() {}

  /** Closes it, and ends its connections. */
  public static void stop(BrokerJvm broker) throws IOException, InterruptedException {
    command(broker, "ManagementAgent.stop");
  }

  /** Opens it again where it was. */
  public static void start(BrokerJvm broker) throws IOException, InterruptedException {
    String port = broker.jmx().substring(broker.jmx().lastIndexOf(':') + 1);
    command(
        broker,
        "ManagementAgent.start",
        "jmxremote.port=" + port,
        "jmxremote.rmi.port=" + port,
        "jmxremote.authenticate=false",
        "jmxremote.ssl=false");
  }

  private static void command(BrokerJvm broker, String... command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    line.add(Long.toString(broker.pid()));
    line.addAll(List.of(command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command[0] + " failed: " + output);
    }
  }
}
