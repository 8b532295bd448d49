// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsResult;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSynonym;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The settings of topics as an Admin client reads and changes them, in memory; whatever else it is
 * asked for fails. Not thread-safe.
 */
final class TopicSettings {

  private final Map<ConfigResource, Map<String, String>> own = new HashMap<>();

  /** What is set on a topic; to be changed by a test as an operator does. */
  Map<String, String> of(String topic) {
    return own.computeIfAbsent(ConfigTarget.topic(topic).resource(), each -> new HashMap<>());
  }

  /** A client that sees them. */
  Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "describeConfigs" -> describe((Collection<?>) arguments[0]);
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
    Map<ConfigResource, KafkaFuture<Config>> answers = new HashMap<>();
    for (Object each : resources) {
      ConfigResource resource = (ConfigResource) each;
      List<ConfigEntry> entries = new ArrayList<>();
      for (Map.Entry<String, String> setting : of(resource.name()).entrySet()) {
        entries.add(entry(setting.getKey(), setting.getValue()));
      }
      answers.put(resource, KafkaFuture.completedFuture(new Config(entries)));
    }
    return new Described(answers);
  }

  private static ConfigEntry entry(String key, String text) throws ReflectiveOperationException {
    // Only a client's own answers are made of these two.
    Constructor<ConfigSynonym> synonym =
        ConfigSynonym.class.getDeclaredConstructor(String.class, String.class, ConfigSource.class);
    synonym.setAccessible(true);
    ConfigSource source = ConfigSource.DYNAMIC_TOPIC_CONFIG;
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
    Map<ConfigResource, KafkaFuture<Void>> answers = new HashMap<>();
    changes.forEach(
        (resource, operations) -> {
          ConfigResource topic = (ConfigResource) resource;
          for (Object each : (Collection<?>) operations) {
            AlterConfigOp operation = (AlterConfigOp) each;
            String key = operation.configEntry().name();
            if (operation.opType() == AlterConfigOp.OpType.SET) {
              of(topic.name()).put(key, operation.configEntry().value());
            } else {
              of(topic.name()).remove(key);
            }
          }
          answers.put(topic, KafkaFuture.completedFuture(null));
        });
    Constructor<AlterConfigsResult> result =
        AlterConfigsResult.class.getDeclaredConstructor(Map.class);
    result.setAccessible(true);
    return result.newInstance(answers);
  }
}
