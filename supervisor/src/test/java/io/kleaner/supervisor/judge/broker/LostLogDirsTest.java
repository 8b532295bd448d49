// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Source;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Directories that the broker's log says it lost. */
class LostLogDirsTest {

  private final Broker broker = new Broker();

  private void noJmx() {
    broker.named = EnumSet.of(Source.BROKER_LOG, Source.LOG_DIR, Source.ADMIN);
    broker.threads = Optional.empty();
  }

  private void lost(String dir) {
    broker.log(new LogEvent.LogDirFailed(broker.nowMs, "Stopping serving logs in dir", dir));
  }

  @Test
  void judge_noJmxAndALineOfIt_isTold() {
    noJmx();
    broker.lookFor(2);
    lost("/data/one");
    lost("/data/one.");
    Diagnosis offline = only(broker.lookFor(300), Ailment.LOG_DIR_OFFLINE);

    assertThat(offline.summary()).isEqualTo("1 log directories are offline");
    assertThat(offline.evidence()).startsWith("its log says that it lost /data/one at ");
    assertThat(offline.sinceMs()).isEqualTo(Broker.START_MS + 2_000);
  }

  @Test
  void judge_two_areCounted() {
    noJmx();
    lost("/data/one");
    lost("/data/two/");

    assertThat(only(broker.look(), Ailment.LOG_DIR_OFFLINE).summary())
        .isEqualTo("2 log directories are offline");
  }

  @Test
  void judge_brokerStartedSinceByItsLog_isOver() {
    noJmx();
    lost("/data/one");
    assertThat(broker.look().of(Ailment.LOG_DIR_OFFLINE)).hasSize(1);
    broker.advance(1_000);
    broker.log(new LogEvent.BrokerStarted(broker.nowMs, "starting"));

    assertThat(broker.look().of(Ailment.LOG_DIR_OFFLINE)).isEmpty();
  }

  @Test
  void judge_brokerStartedSinceByItsJvm_isOver() {
    lost("/data/one");
    broker.advance(1_000);
    broker.startedAtMs = OptionalLong.of(broker.nowMs);

    assertThat(broker.look().of(Ailment.LOG_DIR_OFFLINE)).isEmpty();
  }

  @Test
  void judge_gaugeAndLine_areToldTogether() {
    lost("/data/one");
    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);

    assertThat(only(broker.look(), Ailment.LOG_DIR_OFFLINE).evidence())
        .startsWith("OfflineLogDirectoryCount 1; its log says that it lost /data/one at ");
  }
}
