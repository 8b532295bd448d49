// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsResult;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSynonym;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;

/**
 * The settings of topics and brokers as an Admin client reads and changes them, in memory; whatever
 * else it is asked for fails. Not thread-safe.
 */
public final class TopicSettings {

  private static final Node BROKER = new Node(1, "127.0.0.1", 9092);

  private final Map<ConfigResource, Map<String, String>> own = new HashMap<>();
  private final Set<String> unknown = new HashSet<>();
  private boolean clusterKnown = true;
  private String clusterId = "cluster";
  private Runnable beforeLook = () -> {};
  private Runnable beforeRead = () -> {};
  private Runnable beforeCluster = () -> {};
  private boolean failingChanges;

  /** What is set on a topic; to be changed by a test as an operator does. */
  public Map<String, String> of(String topic) {
    return of(ConfigTarget.topic(topic).resource());
  }

  /** What is set on broker 1. */
  Map<String, String> ofBroker() {
    return of(ConfigTarget.broker(1).resource());
  }

  private Map<String, String> of(ConfigResource resource) {
    return own.computeIfAbsent(resource, each -> new HashMap<>());
  }

  /** The broker says that there is no such topic, as if it was deleted or not known yet. */
  void know(String topic, boolean known) {
    if (known) {
      unknown.remove(topic);
    } else {
      unknown.add(topic);
    }
  }

  /** Whether the broker knows who else is there. */
  void knowCluster(boolean known) {
    clusterKnown = known;
  }

  /** From now on it is another cluster that answers, with the same topics. */
  void clusterId(String id) {
    clusterId = id;
  }

  /** Runs each time before the broker is asked for its controller. */
  void beforeLook(Runnable action) {
    beforeLook = action;
  }

  /** Runs each time before settings are read. */
  public void beforeRead(Runnable action) {
    beforeRead = action;
  }

  /** Runs each time before the cluster is described. */
  void beforeCluster(Runnable action) {
    beforeCluster = action;
  }

  /** Whether the cluster takes no change. */
  public void failChanges(boolean failing) {
    failingChanges = failing;
  }

  /** A client that sees them. */
  public Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "describeConfigs" -> describe((Collection<?>) arguments[0]);
                  case "describeCluster" -> cluster();
                  case "describeTopics" -> topics((Collection<?>) arguments[0]);
                  case "incrementalAlterConfigs" -> alter((Map<?, ?>) arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static final class Described extends DescribeConfigsResult {
    Described(Map<ConfigResource, KafkaFuture<Config>> answers) {
      super(answers);
    }
  }

  private Described describe(Collection<?> resources) throws ReflectiveOperationException {
    beforeRead.run();
    Map<ConfigResource, KafkaFuture<Config>> answers = new HashMap<>();
    for (Object each : resources) {
      ConfigResource resource = (ConfigResource) each;
      if (unknown.contains(resource.name())) {
        answers.put(resource, noSuchTopic());
        continue;
      }
      List<ConfigEntry> entries = new ArrayList<>();
      ConfigSource source =
          resource.type() == ConfigResource.Type.TOPIC
              ? ConfigSource.DYNAMIC_TOPIC_CONFIG
              : ConfigSource.DYNAMIC_BROKER_CONFIG;
      for (Map.Entry<String, String> setting : of(resource).entrySet()) {
        entries.add(entry(setting.getKey(), setting.getValue(), source));
      }
      answers.put(resource, KafkaFuture.completedFuture(new Config(entries)));
    }
    return new Described(answers);
  }

  private static <T> KafkaFuture<T> noSuchTopic() {
    KafkaFutureImpl<T> answer = new KafkaFutureImpl<>();
    answer.completeExceptionally(new UnknownTopicOrPartitionException());
    return answer;
  }

  private static final class Topics extends DescribeTopicsResult {
    Topics(Map<String, KafkaFuture<TopicDescription>> answers) {
      super(null, answers);
    }
  }

  private Topics topics(Collection<?> names) {
    Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
    for (Object each : names) {
      String name = (String) each;
      answers.put(
          name,
          unknown.contains(name)
              ? noSuchTopic()
              : KafkaFuture.completedFuture(new TopicDescription(name, false, List.of())));
    }
    return new Topics(answers);
  }

  private DescribeClusterResult cluster() throws ReflectiveOperationException {
    beforeCluster.run();
    Constructor<DescribeClusterResult> result =
        DescribeClusterResult.class.getDeclaredConstructor(
            KafkaFuture.class, KafkaFuture.class, KafkaFuture.class, KafkaFuture.class);
    result.setAccessible(true);
    return result.newInstance(
        whenAsked(() -> clusterKnown ? List.of(BROKER) : List.of()),
        whenAsked(
            () -> {
              beforeLook.run();
              return clusterKnown ? BROKER : Node.noNode();
            }),
        KafkaFuture.completedFuture(clusterId),
        KafkaFuture.completedFuture(Set.of()));
  }

  private static <T> KafkaFuture<T> whenAsked(Supplier<T> answer) {
    return new KafkaFutureImpl<>() {
      @Override
      public T get(long timeout, TimeUnit unit) {
        return answer.get();
      }
    };
  }

  private static ConfigEntry entry(String key, String text, ConfigSource source)
      throws ReflectiveOperationException {
    // Only a client's own answers are made of these two.
    Constructor<ConfigSynonym> synonym =
        ConfigSynonym.class.getDeclaredConstructor(String.class, String.class, ConfigSource.class);
    synonym.setAccessible(true);
    return new ConfigEntry(
        key,
        text,
        source,
        false,
        false,
        List.of(synonym.newInstance(key, text, source)),
        ConfigType.STRING,
        "");
  }

  private AlterConfigsResult alter(Map<?, ?> changes) throws ReflectiveOperationException {
    if (failingChanges) {
      throw new KafkaException("no change is taken");
    }
    Map<ConfigResource, KafkaFuture<Void>> answers = new HashMap<>();
    changes.forEach(
        (resource, operations) -> {
          ConfigResource target = (ConfigResource) resource;
          for (Object each : (Collection<?>) operations) {
            AlterConfigOp operation = (AlterConfigOp) each;
            String key = operation.configEntry().name();
            if (operation.opType() == AlterConfigOp.OpType.SET) {
              of(target).put(key, operation.configEntry().value());
            } else {
              of(target).remove(key);
            }
          }
          answers.put(target, KafkaFuture.completedFuture(null));
        });
    Constructor<AlterConfigsResult> result =
        AlterConfigsResult.class.getDeclaredConstructor(Map.class);
    result.setAccessible(true);
    return result.newInstance(answers);
  }
}
