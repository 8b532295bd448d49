// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several sources is heard, and what is no value. */
class SettingsResolverTest {

  private static TopicSettings resolve(String topic, SettingsSource... sources) throws Exception {
    return new SettingsResolver(List.of(sources)).resolve(topic, Optional.empty());
  }

  private static SettingsSource flags(String key, String value) {
    return SettingsSource.forAllTopics(Map.of(key, value), Origin.FLAG);
  }

  @Test
  void resolve_severalSources_theFirstThatKnows() throws Exception {
    TopicSettings settings =
        resolve(
            "orders",
            flags("segment.bytes", "14"),
            SettingsSource.forAllTopics(
                Map.of("segment.bytes", "15", "delete.retention.ms", "16"), Origin.FILE),
            SettingsSource.ofServerProperties(
                Map.of("log.cleaner.delete.retention.ms", "17", "log.index.size.max.bytes", "18")));

    assertThat(settings.segmentBytes()).isEqualTo(14);
    assertThat(settings.deleteRetentionMs()).isEqualTo(16);
    assertThat(settings.segmentIndexBytes()).isEqualTo(18);
    assertThat(settings.indexIntervalBytes()).isEqualTo(4096);
    assertThat(settings.get(TopicSetting.INDEX_INTERVAL_BYTES).origin()).isEqualTo(Origin.DEFAULT);
  }

  @Test
  void resolve_nothingKnown_kafkasDefaultsAndNoPolicy() throws Exception {
    TopicSettings settings = resolve("orders");

    assertThat(settings.cleanupPolicy()).isEqualTo(CleanupPolicy.UNKNOWN);
    assertThat(settings.segmentBytes()).isEqualTo(1 << 30);
    assertThat(settings.deleteRetentionMs()).isEqualTo(86_400_000);
    assertThat(settings.minCleanableDirtyRatio()).isEqualTo(0.5);
    assertThat(settings.maxCompactionLagMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(settings.producerIdExpirationMs()).isEqualTo(86_400_000);
  }

  @ParameterizedTest
  @CsvSource({
    "__consumer_offsets, COMPACT",
    "__transaction_state, COMPACT",
    "__share_group_state, UNKNOWN",
    "__consumer_offsets_copy, UNKNOWN"
  })
  void resolve_kafkasOwnTopics_compacted(String topic, CleanupPolicy policy) throws Exception {
    assertThat(resolve(topic, SettingsSource.internalTopics()).cleanupPolicy()).isEqualTo(policy);
  }

  @ParameterizedTest
  @CsvSource({
    "compact, COMPACT",
    "delete, DELETE",
    "'compact,delete', COMPACT_DELETE",
    "'delete, compact', COMPACT_DELETE"
  })
  void resolve_policies_parsed(String text, CleanupPolicy policy) throws Exception {
    assertThat(resolve("t", flags("cleanup.policy", text)).cleanupPolicy()).isEqualTo(policy);
  }

  @Test
  void resolve_internalNameOfSegmentBytes_understood() throws Exception {
    assertThat(resolve("t", flags("internal.segment.bytes", "65536")).segmentBytes())
        .isEqualTo(65_536);
  }

  @Test
  void resolve_severalBadValues_allNamed() {
    SettingsSource bad =
        SettingsSource.forAllTopics(
            Map.of(
                "cleanup.policy", "squeeze",
                "segment.bytes", "many",
                "min.cleanable.dirty.ratio", "1.5",
                "delete.retention.ms", "-1"),
            Origin.FILE);

    assertThatThrownBy(() -> resolve("orders", bad))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContainingAll(
            "orders",
            "cleanup.policy (config file)",
            "squeeze",
            "segment.bytes",
            "many",
            "min.cleanable.dirty.ratio",
            "1.5",
            "delete.retention.ms",
            "-1");
  }

  /** Kafka keeps them in an int: a larger one is a slip of the pen. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "segment.bytes",
        "max.message.bytes",
        "segment.index.bytes",
        "index.interval.bytes",
        "producer.id.expiration.ms"
      })
  void problem_moreThanAnIntHolds_isNamed(String key) {
    TopicSetting setting = TopicSetting.ofKey(key).orElseThrow();

    assertThat(setting.problem("2147483647")).isEmpty();
    assertThat(setting.problem("2147483648")).contains("is at most 2147483647, not 2147483648");
  }

  @ParameterizedTest
  @ValueSource(strings = {"segment.bytes", "cleanup.policy", "index.interval.bytes"})
  void ofKey_kafkasNames_known(String key) {
    assertThat(TopicSetting.ofKey(key)).get().extracting(TopicSetting::key).isEqualTo(key);
  }

  @Test
  void ofKey_otherName_unknown() {
    assertThat(TopicSetting.ofKey("segment.byte")).isEmpty();
  }
}
