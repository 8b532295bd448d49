// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Real brokers of one cluster; the first is its controller too. Not thread-safe. */
public final class BrokerCluster implements AutoCloseable {

  private final List<BrokerJvm> brokers = new ArrayList<>();

  private BrokerCluster() {}

  /**
   * Starts brokers 1 to {@code count} and waits until each of them serves.
   *
   * @param home an empty directory
   * @param spec what each is to be like
   */
  public static BrokerCluster start(Path home, int count, BrokerSpec spec)
      throws IOException, InterruptedException {
    String id = Uuid.randomUuid().toString();
    BrokerCluster cluster = new BrokerCluster();
    try {
      for (int node = 1; node <= count; node++) {
        BrokerSpec own = spec.node(node, id);
        if (node > 1) {
          own =
              own.with("process.roles", "broker")
                  .with("listeners", "PLAINTEXT://127.0.0.1:{port}")
                  .with("controller.quorum.voters", "1@" + cluster.broker(1).controller());
        }
        BrokerJvm broker = BrokerJvm.format(home.resolve("broker-" + node), own);
        cluster.brokers.add(broker);
        if (node == 1) {
          broker.start();
        } else {
          broker.launch();
        }
      }
      for (BrokerJvm broker : cluster.brokers.subList(1, count)) {
        broker.awaitServing();
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  /** The broker of that id. */
  public BrokerJvm broker(int node) {
    return brokers.get(node - 1);
  }

  /** Their ids. */
  public List<Integer> nodes() {
    return brokers.stream().map(each -> each.spec().nodeId()).toList();
  }

  @Override
  public void close() {
    // The controller last: the others would go on calling it.
    for (int i = brokers.size() - 1; i >= 0; i--) {
      brokers.get(i).close();
    }
  }
}
