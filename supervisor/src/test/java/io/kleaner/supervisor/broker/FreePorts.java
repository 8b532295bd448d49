// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Ports of loopback that nobody listens on now. Thread-safe. */
public final class FreePorts {

  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 65_000;

  /** Fewer than these are no choice. */
  private static final int ENOUGH = 1_000;

  private static final Path GIVEN_TO_CLIENTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  /** A broker takes its ports seconds after it was told of them: until then they look free. */
  private static final Set<Integer> TOLD = new HashSet<>();

  private FreePorts() {}

  /** Some different ones, which no other call was told of. */
  public static List<Integer> find(int count) throws IOException {
    List<Integer> candidates = new ArrayList<>(candidates());
    Collections.shuffle(candidates);
    List<Integer> found = new ArrayList<>();
    synchronized (TOLD) {
      for (int port : candidates) {
        if (found.size() == count) {
          break;
        }
        if (!TOLD.contains(port) && isFree(port)) {
          TOLD.add(port);
          found.add(port);
        }
      }
    }
    if (found.size() < count) {
      throw new IOException("no port is free");
    }
    return List.copyOf(found);
  }

  private static boolean isFree(int port) {
    try (ServerSocket held = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return held.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Not one of those that this system gives to clients: one of them may have a broker's port before
   * the broker does, and while it is down its own clients keep calling, of which one that is given
   * its port would keep it from coming back.
   */
  private static List<Integer> candidates() throws IOException {
    Range clients = givenToClients();
    List<Integer> ofServers =
        IntStream.range(LOWEST, HIGHEST).filter(clients::isOutside).boxed().toList();
    return ofServers.size() >= ENOUGH
        ? ofServers
        : IntStream.range(LOWEST, HIGHEST).boxed().toList();
  }

  private record Range(int from, int to) {
    boolean isOutside(int port) {
      return port < from || port > to;
    }
  }

  private static Range givenToClients() throws IOException {
    if (!Files.exists(GIVEN_TO_CLIENTS)) {
      // What the registry of ports has for them; Linux has another custom.
      return new Range(49_152, 65_535);
    }
    // The kernel answers the first read alone; readString, which goes by the length, asks for less.
    String[] bounds = Files.readAllLines(GIVEN_TO_CLIENTS).get(0).split("\\s+");
    return new Range(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
  }
}
