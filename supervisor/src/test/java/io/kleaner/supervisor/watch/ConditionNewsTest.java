// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of a condition that is over: in the journal, and with its alert. */
class ConditionNewsTest {

  /** An alert is over as soon as what it tells of is. */
  private final SteppedWatch watch =
      new SteppedWatch(
          Journal.inMemory("a test"), RemedyPolicy.defaults(false), new AlertPolicy(0, 1_000, 0));

  private void ahead(CleanAhead.Kind kind) {
    CleanAhead.Trouble trouble =
        new CleanAhead.Trouble(
            kind, "00000000000000000600.log", 100, 700, "a text", -1, watch.broker.nowMs());
    watch.broker.partition(
        Broker.ORDERS,
        files ->
            files.ahead =
                Seen.known(
                    new CleanAhead(
                        List.of(trouble),
                        0,
                        Optional.empty(),
                        10,
                        20,
                        Optional.empty(),
                        Optional.empty()),
                    watch.broker.nowMs()));
    watch.broker.advance(1_000);
    watch.supervisor.tick();
  }

  @Test
  void tell_corruptBatchIsCleaned_journalAndAlertSayWhatBecameOfIt() {
    ahead(CleanAhead.Kind.WRONG_CRC);
    ahead(CleanAhead.Kind.LAUNDERED);

    assertThat(watch.facade.incidents())
        .extracting(each -> each.get("summary").toString())
        .contains(
            "CorruptBatchAhead is over: a clean wrote its wrong bytes anew with a CRC that fits,"
                + " see CorruptBatchCleaned");
    assertThat(watch.supervisor.snapshot().tick().alerts())
        .filteredOn(each -> each.rule().equals("CorruptBatchAhead"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.state()).isEqualTo(Alert.State.RESOLVED);
              assertThat(each.evidence()).endsWith("a CRC that fits, see CorruptBatchCleaned");
            });
  }
}
