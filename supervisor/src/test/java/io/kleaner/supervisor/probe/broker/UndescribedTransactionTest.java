// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with an authorizer, whose coordinator hides transactions from whom they are not for. */
@Tag("full")
class UndescribedTransactionTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long POLL_MS = 100;

  @TempDir private Path home;

  private static String login(String user) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required"
        + " username=\""
        + user
        + "\" password=\"of-a-test\"";
  }

  private static Map<String, Object> as(String user, BrokerJvm broker) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", broker.bootstrap());
    properties.put("security.protocol", "SASL_PLAINTEXT");
    properties.put("sasl.mechanism", "PLAIN");
    properties.put("sasl.jaas.config", login(user) + ";");
    return properties;
  }

  private static BrokerSpec secured() {
    return BrokerSpec.of(KafkaVersion.V4_3_1)
        .with(
            "listeners",
            "SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}")
        .with(
            "listener.security.protocol.map", "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT")
        .with("security.inter.broker.protocol", "SASL_PLAINTEXT")
        .with("sasl.mechanism.inter.broker.protocol", "PLAIN")
        .with("sasl.enabled.mechanisms", "PLAIN")
        .with(
            "listener.name.sasl_plaintext.plain.sasl.jaas.config",
            login("admin") + " user_admin=\"of-a-test\" user_sidecar=\"of-a-test\";")
        .with("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
        .with("super.users", "User:admin;User:ANONYMOUS");
  }

  /** What docs/watch.md names, for whom only looks. */
  private static List<AclBinding> withoutTransactions() {
    List<AclBinding> rights = new ArrayList<>();
    rights.add(right(ResourceType.CLUSTER, "kafka-cluster", AclOperation.DESCRIBE_CONFIGS));
    for (AclOperation each :
        List.of(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.READ)) {
      rights.add(right(ResourceType.TOPIC, "*", each));
    }
    return rights;
  }

  private static AclBinding right(ResourceType type, String name, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(type, name, PatternType.LITERAL),
        new AccessControlEntry("User:sidecar", "*", operation, AclPermissionType.ALLOW));
  }

  private static Seen<List<OpenTransaction>> look(Admin sidecar) throws InterruptedException {
    try {
      return PinnedByBroker.look(
              new AdminTransactions(sidecar, Optional.of(AdminConfigs.broker(sidecar, 1)), 7),
              List.of(ORDERS))
          .get(ORDERS);
    } catch (KafkaException e) {
      return Seen.missing(Source.ADMIN, e.toString());
    }
  }

  /**
   * The first that is seen of it and is as wanted: a controller answers before the broker goes by
   * the rights that were given just now.
   */
  private static OpenTransaction awaitLook(Admin sidecar, Predicate<OpenTransaction> wanted)
      throws InterruptedException {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Seen<List<OpenTransaction>> seen = look(sidecar);
      Optional<OpenTransaction> open = seen.get().map(all -> all.get(0));
      if (open.filter(wanted).isPresent()) {
        return open.get();
      }
      assertThat(System.nanoTime() - endNs).as("not in time: %s", seen).isNegative();
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  @Test
  void look_idThatMayNotBeDescribed_isNotTakenAsUnknown() throws Exception {
    try (BrokerJvm broker = BrokerJvm.format(home, secured())) {
      broker.start();
      Map<String, Object> transactional = as("admin", broker);
      transactional.put("transactional.id", "live");
      try (Admin admin = Admin.create(as("admin", broker));
          Admin sidecar = Admin.create(as("sidecar", broker));
          Producer<String, String> producer =
              new KafkaProducer<>(transactional, new StringSerializer(), new StringSerializer())) {
        admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
        admin.createAcls(withoutTransactions()).all().get();
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("orders", 0, "key", "value")).get();

        assertThat(awaitLook(sidecar, any -> true).coordinator()).isEqualTo(Coordinator.NOT_LISTED);

        admin
            .createAcls(List.of(right(ResourceType.TRANSACTIONAL_ID, "*", AclOperation.DESCRIBE)))
            .all()
            .get();
        assertThat(
                awaitLook(sidecar, open -> open.coordinator() == Coordinator.KNOWS).coordinator())
            .isEqualTo(Coordinator.KNOWS);
        producer.abortTransaction();
      }
    }
  }
}
