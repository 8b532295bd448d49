// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.supervisor.judge.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables of what is told: time in ms, what holds, what the book says. */
class AlertBookTest {

  private static final AlertPolicy POLICY = new AlertPolicy(100, 1_000, 300);
  private static final AlertPolicy AT_ONCE = new AlertPolicy(0, 1_000, 300);

  /** Just before it wraps, as it may. */
  private static final long START_NANOS = Long.MAX_VALUE - 1;

  private static final long HOUR_MS = 3_600_000;

  private final List<String> told = new ArrayList<>();

  @Test
  void evaluate_conditionShorterThanHoldOff_isForgotten() {
    AlertBook book = new AlertBook(POLICY, Map.of());

    look(book, 0, "Dead/w1");
    look(book, 99, "Dead/w1");
    look(book, 100);
    look(book, 150, "Dead/w1");
    look(book, 249, "Dead/w1");

    assertThat(told).isEmpty();
    assertThat(book.current()).extracting(Alert::state).containsExactly(Alert.State.PENDING);
  }

  @Test
  void evaluate_wholeLife_isTold() {
    AlertBook book = new AlertBook(POLICY, Map.of());

    look(book, 0, "Dead/w1");
    look(book, 99, "Dead/w1");
    look(book, 100, "Dead/w1");
    look(book, 1_099, "Dead/w1");
    look(book, 1_100, "Dead/w1");
    look(book, 2_200, "Dead/w1");
    look(book, 2_499);
    look(book, 2_500);
    look(book, 9_999);

    assertThat(told)
        .containsExactly(
            "100 FIRING Dead/w1 #1 WARNING x1",
            "1100 REPEATED Dead/w1 #1 WARNING x1",
            "2200 REPEATED Dead/w1 #1 WARNING x1",
            "2500 RESOLVED Dead/w1 #1 WARNING x1");
  }

  @Test
  void evaluate_noHoldOff_firesAtFirstLook() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, "Dead/w1");

    assertThat(told).containsExactly("0 FIRING Dead/w1 #1 WARNING x1");
  }

  @Test
  void evaluate_crashLoop_isOneAlertThatCounts() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    for (int i = 0; i < 5; i++) {
      look(book, i * 200L, "Dead/w1");
      look(book, i * 200L + 100);
    }
    look(book, 1_100);

    assertThat(told)
        .containsExactly("0 FIRING Dead/w1 #1 WARNING x1", "1100 RESOLVED Dead/w1 #1 WARNING x5");
  }

  @Test
  void evaluate_backAfterResolved_isAnotherAlert() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, "Dead/w1");
    look(book, 300);
    look(book, 301, "Dead/w1");

    assertThat(told)
        .containsExactly(
            "0 FIRING Dead/w1 #1 WARNING x1",
            "300 RESOLVED Dead/w1 #1 WARNING x1",
            "301 FIRING Dead/w1 #2 WARNING x1");
  }

  @Test
  void evaluate_sameRuleOtherSubject_isItsOwnAlert() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, "Dead/w1", "Dead/w2");
    look(book, 300, "Dead/w2");

    assertThat(told)
        .containsExactly(
            "0 FIRING Dead/w1 #1 WARNING x1",
            "0 FIRING Dead/w2 #2 WARNING x1",
            "300 RESOLVED Dead/w1 #1 WARNING x1");
  }

  @Test
  void evaluate_sameConditionTwiceInOneLook_isOneAlertOfTheGraverSeverity() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, "Dead/w1", "Dead/w1!", "Dead/w1");

    assertThat(told).containsExactly("0 FIRING Dead/w1 #1 CRITICAL x1");
  }

  @Test
  void evaluate_ruleWithItsOwnPolicy_goesByIt() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of("Stalled", new AlertPolicy(50, 9_000, 0)));

    look(book, 0, "Dead/w1", "Stalled/t-0");
    look(book, 50, "Dead/w1", "Stalled/t-0");
    look(book, 51, "Dead/w1");

    assertThat(told)
        .containsExactly(
            "0 FIRING Dead/w1 #1 WARNING x1",
            "50 FIRING Stalled/t-0 #2 WARNING x1",
            "51 RESOLVED Stalled/t-0 #2 WARNING x1");
  }

  @Test
  void evaluate_becomesGraver_isToldAtOnceAndOnlyOnce() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, "Dead/w1");
    look(book, 10, "Dead/w1!");
    look(book, 20, "Dead/w1");
    look(book, 30, "Dead/w1!");

    assertThat(told)
        .containsExactly("0 FIRING Dead/w1 #1 WARNING x1", "10 REPEATED Dead/w1 #1 CRITICAL x1");
  }

  @Test
  void evaluate_wallClockStepsBack_neitherHurriesNorHoldsBack() {
    AlertBook book = new AlertBook(POLICY, Map.of());

    look(book, 1_000_000, 0, "Dead/w1");
    look(book, 10, 50, "Dead/w1");
    look(book, 59, 99, "Dead/w1");
    look(book, 60, 100, "Dead/w1");
    look(book, 5, 399);
    look(book, 6, 400);

    assertThat(told)
        .containsExactly("60 FIRING Dead/w1 #1 WARNING x1", "6 RESOLVED Dead/w1 #1 WARNING x1");
  }

  /** As a virtual machine that is resumed does, or a clock that NTP corrects. */
  @Test
  void evaluate_wallClockStepsForward_firesNothingBeforeItsHoldOff() {
    AlertBook book = new AlertBook(POLICY, Map.of());

    look(book, 0, 0, "Dead/w1");
    look(book, HOUR_MS + 50, 50, "Dead/w1");
    look(book, HOUR_MS + 99, 99, "Dead/w1");
    assertThat(told).isEmpty();
    look(book, HOUR_MS + 100, 100, "Dead/w1");

    assertThat(told).containsExactly("3600100 FIRING Dead/w1 #1 WARNING x1");
  }

  @Test
  void evaluate_wallClockStepsForwardInTheGapOfACrashLoop_isStillOneAlert() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(book, 0, 0, "Dead/w1");
    look(book, HOUR_MS + 50, 50);
    look(book, HOUR_MS + 100, 100, "Dead/w1");
    look(book, HOUR_MS + 399, 399);
    look(book, HOUR_MS + 400, 400);

    assertThat(told)
        .containsExactly(
            "0 FIRING Dead/w1 #1 WARNING x1", "3600400 RESOLVED Dead/w1 #1 WARNING x2");
  }

  @Test
  void evaluate_floodOfOneRule_leavesRoomForOthersAndSaysHowManyAreLeftOut() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());
    List<String> flood =
        IntStream.range(0, 2_000).mapToObj(i -> "Stalled/t-" + i).collect(Collectors.toList());
    flood.add("Dead/w1");

    look(book, 0, flood.toArray(String[]::new));

    assertThat(told).hasSize(AlertBook.MAX_PER_RULE + 2);
    assertThat(told)
        .contains("0 FIRING Dead/w1 #101 WARNING x1")
        .contains("0 FIRING AlertsLeftOut/alerts #102 WARNING x1");
    assertThat(book.leftOut()).isEqualTo(1_900);
    assertThat(book.current())
        .filteredOn(alert -> alert.rule().equals(AlertBook.LEFT_OUT_RULE))
        .extracting(Alert::evidence)
        .containsExactly("left out, by rule: {Stalled=1900}");
  }

  @Test
  void evaluate_manyRules_isBoundedInAll() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    look(
        book,
        0,
        IntStream.range(0, 3_000).mapToObj(i -> "R" + i % 30 + "/s" + i).toArray(String[]::new));

    assertThat(book.current()).hasSize(AlertBook.MAX_ALERTS + 1);
    assertThat(book.leftOut()).isEqualTo(2_500);
  }

  @Test
  void evaluate_floodIsOver_leftOutAlertIsResolvedAndRoomIsFree() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());
    look(book, 0, IntStream.range(0, 200).mapToObj(i -> "S/t" + i).toArray(String[]::new));
    look(book, 300);
    look(book, 600);
    told.clear();

    look(book, 900, "S/new");

    assertThat(book.leftOut()).isZero();
    assertThat(told).containsExactly("900 FIRING S/new #102 WARNING x1");
    assertThat(book.current()).filteredOn(a -> a.state() == Alert.State.FIRING).hasSize(1);
  }

  @Test
  void current_manyAlerts_beginsWithWhatIsMostUrgent() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of("Young", POLICY));

    look(book, 0, "Stalled/t-0", "Gone/t", "Dead/w1!", "Young/y!");
    look(book, 300, "Stalled/t-0", "Dead/w1!", "Young/y!", "Stalled/t-1");
    look(book, 310, "Stalled/t-0", "Dead/w1!", "Young/z!", "Stalled/t-1", "Dead/w2!");

    assertThat(book.current())
        .extracting(alert -> alert.state() + " " + alert.rule() + "/" + alert.subject())
        .containsExactly(
            "FIRING Dead/w2",
            "FIRING Young/y",
            "FIRING Dead/w1",
            "FIRING Stalled/t-1",
            "FIRING Stalled/t-0",
            "PENDING Young/z",
            "RESOLVED Gone/t");
  }

  @Test
  void current_manyResolved_keepsTheLatestHundredNewestFirst() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());
    for (int i = 0; i < 150; i++) {
      look(book, i * 1_000L, "Dead/w" + i);
      look(book, i * 1_000L + 500);
    }

    assertThat(book.current()).hasSize(100);
    assertThat(book.current().get(0).subject()).isEqualTo("w149");
  }

  @Test
  void evaluate_tenThousandIncidents_keepsNothingOfThem() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());

    for (int i = 0; i < 10_000; i++) {
      look(book, i * 1_000L, "Rule" + i + "/s");
      look(book, i * 1_000L + 500);
    }

    assertThat(book.current()).hasSize(100);
    assertThat(told).hasSize(20_000);
  }

  @Test
  void becameOf_conditionThatIsOver_isToldWithItsEnd() {
    AlertBook book = new AlertBook(AT_ONCE, Map.of());
    look(book, 0, "Rule/s", "Rule/other");
    book.becameOf(new AlertEnding("Rule", "s", "it was cleaned"));
    book.becameOf(new AlertEnding("Rule", "nobody", "nothing"));
    look(book, 1_000);

    assertThat(book.current())
        .extracting(each -> each.subject() + " " + each.state() + ": " + each.evidence())
        .containsExactlyInAnyOrder(
            "s RESOLVED: evidence; over: it was cleaned", "other RESOLVED: evidence");
  }

  @Test
  void becameOf_conditionThatComesAgain_isForgotten() {
    AlertBook book = new AlertBook(new AlertPolicy(0, 3_600_000, 5_000), Map.of());
    look(book, 0, "Rule/s");
    book.becameOf(new AlertEnding("Rule", "s", "it was cleaned"));
    look(book, 1_000);
    look(book, 2_000, "Rule/s");
    look(book, 3_000);
    look(book, 8_000);

    assertThat(book.current())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.state()).isEqualTo(Alert.State.RESOLVED);
              assertThat(each.evidence()).isEqualTo("evidence");
            });
  }

  @Test
  void signal_withoutSubject_isRefused() {
    assertThatThrownBy(() -> new AlertSignal("Dead", "", Severity.INFO, "s", "e", "n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Dead");
  }

  @Test
  void policy_negativeOrNever_isRefused() {
    assertThatThrownBy(() -> new AlertPolicy(-1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AlertPolicy(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A look while the wall clock goes as time does. */
  private void look(AlertBook book, long nowMs, String... holding) {
    look(book, nowMs, nowMs, holding);
  }

  /**
   * @param nowMs what the wall clock shows
   * @param elapsedMs how much time has passed
   * @param holding {@code rule/subject}, and an exclamation mark for critical
   */
  private void look(AlertBook book, long nowMs, long elapsedMs, String... holding) {
    List<AlertSignal> signals = new ArrayList<>();
    for (String each : holding) {
      String[] parts = each.replace("!", "").split("/");
      Severity severity = each.endsWith("!") ? Severity.CRITICAL : Severity.WARNING;
      signals.add(new AlertSignal(parts[0], parts[1], severity, "summary", "evidence", "next"));
    }
    long nanos = START_NANOS + TimeUnit.MILLISECONDS.toNanos(elapsedMs);
    for (AlertEvent event : book.evaluate(nowMs, nanos, signals)) {
      Alert alert = event.alert();
      told.add(
          event.atMs()
              + " "
              + event.kind()
              + " "
              + alert.rule()
              + "/"
              + alert.subject()
              + " #"
              + alert.id()
              + " "
              + alert.severity()
              + " x"
              + alert.occurrences());
    }
  }
}
