// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeverRulesTest {

  private static final long NOW = 10_000;

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "IDLE, true",
    "CLEANING, true",
    "IDLE;CLEANING, true",
    "THROTTLED, false",
    "BLOCKED_IO, false",
    "UNKNOWN, false",
    "IDLE;THROTTLED, false",
    "CLEANING;BLOCKED_IO, false",
  })
  void refusal_threads_onlyNoneOrUnblockedOnesMay(String stacks, boolean may) {
    List<CleanerThread> threads =
        Stream.of(stacks.split(";"))
            .filter(text -> !text.isEmpty())
            .map(text -> thread(StackClass.valueOf(text)))
            .toList();

    Optional<String> refusal = LeverRules.refusal(Seen.known(threads, NOW), NOW);

    assertThat(refusal.isEmpty()).as(refusal.toString()).isEqualTo(may);
  }

  @Test
  void refusal_threadsNotSeen_saysWhy() {
    assertThat(LeverRules.refusal(Seen.notAsked(Source.JMX), NOW))
        .hasValueSatisfying(why -> assertThat(why).contains("no --jmx or --pid was given"));
  }

  @Test
  void refusal_oldLook_isNoProof() {
    Seen<List<CleanerThread>> old = Seen.known(List.of(), NOW - LeverRules.FRESH_MS - 1);

    assertThat(LeverRules.refusal(old, NOW)).isPresent();
  }

  @Test
  void refusal_blocked_namesThreadAndStack() {
    Optional<String> why =
        LeverRules.refusal(Seen.known(List.of(thread(StackClass.THROTTLED)), NOW), NOW);

    assertThat(why.orElseThrow())
        .contains("kafka-log-cleaner-thread-0", "id 42", "throttle", "Throttler.maybeThrottle:1");
  }

  @ParameterizedTest
  @CsvSource({
    "DEFAULT, 1, 1",
    "STATIC, 1, 01",
    "STATIC, 01, 001",
    "DYNAMIC_BROKER, 4, 04",
    "DYNAMIC_DEFAULT, 2, 02"
  })
  void text_differsFromWhatAnyoneSetAndMeansTheSame(Origin origin, String now, String text) {
    Former former = new Former(Optional.empty(), Optional.of(now), origin);

    assertThat(LeverRules.text(former)).isEqualTo(text);
    assertThat(Integer.parseInt(text)).isEqualTo(Integer.parseInt(now));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2, 8388608, true",
    "1, 3, 8388608, false",
    "4, 2, 8388608, true",
    "4, 1, 8388608, false",
    "3, 1, 8388608, true",
    "1, 0, 8388608, false",
    "2, 2, 8388608, false",
    "4, 8, 8388608, true",
    "4, 8, 8388607, false",
  })
  void refuseThreads_kafkasLimits_hold(int now, int wanted, long buffer, boolean may) {
    assertThat(TuningRules.refuseThreads(now, wanted, buffer).isEmpty()).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({
    "4194304, 8388608, 1, 1073741824, true",
    "4194304, 8388609, 1, 1073741824, false",
    "4194304, 8388608, 1, 16777216, false",
    "4194304, 8388608, 1, -1, false",
    "4194304, 2097152, 1, -1, true",
    "4194304, 2097152, 2, -1, true",
    "4194304, 2097151, 2, -1, false",
    "4194304, 4194304, 1, 1073741824, false",
  })
  void refuseBuffer_heap_isNotOvertaxed(
      long now, long wanted, int threads, long heap, boolean may) {
    OptionalLong maxHeap = heap < 0 ? OptionalLong.empty() : OptionalLong.of(heap);

    assertThat(TuningRules.refuseBuffer(now, wanted, threads, maxHeap).isEmpty()).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0, STATIC, 1000000, true",
    "10.0, STATIC, 10, false",
    "1.7976931348623157E308, DEFAULT, 1000000, false",
    "x, STATIC, 1000000, false",
  })
  void refuseRate_onlyRaisesWhatIsSet(String now, Origin origin, double wanted, boolean may) {
    Former former = new Former(Optional.empty(), Optional.of(now), origin);

    assertThat(TuningRules.refuseRate(former, wanted).isEmpty()).isEqualTo(may);
  }

  private static CleanerThread thread(StackClass stack) {
    return new CleanerThread(
        "kafka-log-cleaner-thread-0",
        42,
        Thread.State.TIMED_WAITING,
        stack,
        List.of("Throttler.maybeThrottle:1"),
        -1);
  }
}
