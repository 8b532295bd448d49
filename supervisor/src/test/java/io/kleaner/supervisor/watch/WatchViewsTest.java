// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API says of a log directory. */
class WatchViewsTest {

  private final Broker broker = new Broker();
  private final Judgement judgement = broker.judge().judge(broker.sample(), Set.of("orders"));

  private Map<String, Object> view(Path dir) {
    Seen<LogDirFacts> facts = judgement.sample().logDirs().get(Broker.DIR);
    return WatchViews.logDir(dir, facts, judgement);
  }

  @Test
  void logDir_quarantined_countsThoseInIt() {
    assertThat(view(Broker.DIR)).containsEntry("quarantined", 1L);
    assertThat(view(Path.of("/other"))).containsEntry("quarantined", 0L);
  }

  @Test
  void logDir_fullAtAnUnknownTime_saysNothingOfIt() {
    assertThat(view(Broker.DIR)).doesNotContainKey("fullInMs");
  }
}
