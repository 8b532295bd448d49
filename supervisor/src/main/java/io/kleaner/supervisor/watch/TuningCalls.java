// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.judge.broker.Ailment;
import io.kleaner.supervisor.judge.broker.Diagnosis;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.LeverRules;
import io.kleaner.supervisor.remedy.broker.TuningRules;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Calls for changes of a broker's cleaner that are meant to last, where a judgement gives reason:
 *
 * <ol>
 *   <li>a full map of keys: a larger one, as far as the heap has room;
 *   <li>a broker that falls behind though every thread is at work, nothing else is wrong with them
 *       and more partitions wait than there are threads: twice as many threads;
 *   <li>a thread starved by the throttle: a higher rate.
 * </ol>
 *
 * <p>Not thread-safe; owned by the supervisor's thread.
 */
final class TuningCalls {

  private static final double FASTER = 10;

  /** More threads cure none of these, or would make them worse. */
  private static final Set<Ailment> CURED_OTHERWISE =
      Set.of(
          Ailment.CLEANER_DEAD,
          Ailment.CLEANER_HUNG,
          Ailment.CLEANER_SPINNING,
          Ailment.CLEANER_STARVED,
          Ailment.DEDUPE_BUFFER_FULL);

  private final RemedyBook book;

  TuningCalls(RemedyBook book) {
    this.book = book;
  }

  /**
   * Calls for what there is reason for.
   *
   * @param calledFor gets the keys of it
   */
  void look(Judgement judgement, Set<String> calledFor, long nowMs) {
    book.keep(order -> isUnseen(order.remedy(), judgement.sample()), calledFor);
    if (!Healer.isNamed(judgement)) {
      // It would be refused: nobody knows whose settings to change.
      return;
    }
    buffer(judgement, calledFor, nowMs);
    threads(judgement, calledFor, nowMs);
    unstick(judgement, calledFor, nowMs);
  }

  /** Whether a source of what calls for it tells nothing now. */
  private static boolean isUnseen(BrokerRemedy remedy, BrokerSample sample) {
    Optional<BrokerIdentity> broker = sample.broker().get();
    boolean settings =
        sample.config().get().isPresent()
            && broker.filter(each -> each.nodeId().isPresent()).isPresent();
    return switch (remedy) {
      case RESIZE_THREADS -> !settings;
      case RESIZE ->
          !settings
              || sample.gauges().get().isEmpty()
              || broker.filter(each -> each.maxHeapBytes().isPresent()).isEmpty();
      case UNSTICK -> !settings || sample.threads().get().isEmpty();
      default -> false;
    };
  }

  private void threads(Judgement judgement, Set<String> calledFor, long nowMs) {
    OptionalLong now = number(judgement, LeverRules.THREADS);
    OptionalLong buffer = number(judgement, TuningRules.BUFFER);
    if (now.isEmpty()
        || buffer.isEmpty()
        || judgement.diagnoses().stream().anyMatch(d -> CURED_OTHERWISE.contains(d.ailment()))) {
      return;
    }
    int more = (int) Math.min(2 * now.getAsLong(), Integer.MAX_VALUE);
    if (TuningRules.refuseThreads((int) now.getAsLong(), more, buffer.getAsLong()).isPresent()) {
      // It would be refused. The alert says how to do it by hand.
      return;
    }
    String subject = Healer.subject(judgement);
    // Once asked, it holds as long as the broker falls behind: who pauses for a moment is no news.
    String key = Ticket.key(BrokerRemedy.RESIZE_THREADS, subject);
    boolean asked = book.isAsked(key);
    for (Diagnosis each : judgement.of(Ailment.BROKER_FALLING_BEHIND)) {
      if (isDoneSince(each.sinceMs(), key)) {
        // It shows only when the whole trend that tells it is of the new threads.
        continue;
      }
      if (asked || (areAllAtWork(judgement) && waiting(judgement) > now.getAsLong())) {
        ask(
            judgement,
            BrokerRemedy.RESIZE_THREADS,
            subject,
            more,
            each.summary() + "; every thread is at work; to " + more + " threads",
            calledFor,
            nowMs);
      }
    }
  }

  private static boolean areAllAtWork(Judgement judgement) {
    return !judgement.threads().isEmpty()
        && judgement.threads().stream().allMatch(each -> each.state().equals("working"));
  }

  /** Partitions that are eligible, those included that are being cleaned. */
  private static long waiting(Judgement judgement) {
    return judgement.sample().partitions().values().stream()
        .flatMap(each -> each.files().get().stream())
        .filter(files -> files.eligibility().kind() == Eligibility.Kind.ELIGIBLE)
        .count();
  }

  private void buffer(Judgement judgement, Set<String> calledFor, long nowMs) {
    OptionalLong now = number(judgement, TuningRules.BUFFER);
    OptionalLong heap =
        judgement
            .sample()
            .broker()
            .get()
            .map(BrokerIdentity::maxHeapBytes)
            .orElse(OptionalLong.empty());
    if (now.isEmpty() || heap.isEmpty()) {
      // It would be refused: nobody knows whether it fits. The alert says how to do it by hand.
      return;
    }
    long larger = TuningRules.largestBuffer(now.getAsLong(), heap.getAsLong());
    for (Diagnosis each : judgement.of(Ailment.DEDUPE_BUFFER_FULL)) {
      if (larger > now.getAsLong()) {
        ask(
            judgement,
            BrokerRemedy.RESIZE,
            Healer.subject(judgement),
            larger,
            each.summary() + "; to " + larger + " bytes",
            calledFor,
            nowMs);
      }
    }
  }

  private void unstick(Judgement judgement, Set<String> calledFor, long nowMs) {
    for (Diagnosis each : judgement.of(Ailment.CLEANER_STARVED)) {
      Optional<BrokerConfig> config = judgement.sample().config().get();
      // Where it would be refused nobody is asked: the alert says how to do it by a restart.
      if (config.isPresent() && sleepsShortly(config.get())) {
        double rate = config.get().decimal(TuningRules.RATE).getAsDouble();
        long higher = (long) (FASTER * rate);
        ask(
            judgement,
            BrokerRemedy.UNSTICK,
            Healer.subject(judgement),
            higher,
            each.summary() + "; to " + higher + " bytes a second",
            calledFor,
            nowMs);
      }
    }
  }

  private static boolean sleepsShortly(BrokerConfig config) {
    OptionalDouble rate = config.decimal(TuningRules.RATE);
    OptionalLong buffer = config.number(TuningRules.IO_BUFFER);
    OptionalLong message = config.number(TuningRules.LARGEST_MESSAGE);
    OptionalLong threads = config.number(LeverRules.THREADS);
    return rate.isPresent()
        && buffer.isPresent()
        && message.isPresent()
        && threads.isPresent()
        && TuningRules.refuseSleeps(
                rate.getAsDouble(),
                TuningRules.largestChunk(
                    buffer.getAsLong(), message.getAsLong(), (int) threads.getAsLong()))
            .isEmpty();
  }

  private static OptionalLong number(Judgement judgement, String key) {
    Optional<BrokerConfig> config = judgement.sample().config().get();
    return config.isPresent() ? config.get().number(key) : OptionalLong.empty();
  }

  private void ask(
      Judgement judgement,
      BrokerRemedy remedy,
      String subject,
      long number,
      String why,
      Set<String> calledFor,
      long nowMs) {
    BrokerHands.Order order = new BrokerHands.Order(remedy, subject, List.of(), number, why);
    String key = Ticket.key(order);
    boolean isSeenBefore =
        judgement.sample().config() instanceof Seen.Known<BrokerConfig> settings
            && isDoneSince(settings.atMs(), key);
    if (!isSeenBefore) {
      calledFor.add(key);
      book.propose(order, "", nowMs);
    }
  }

  /** Whether a remedy took effect only after what tells of a need for it. */
  private boolean isDoneSince(long toldMs, String key) {
    return book.latest(key)
        .filter(each -> each.state() == Ticket.State.EFFECTIVE)
        .filter(each -> toldMs <= each.changedMs())
        .isPresent();
  }
}
