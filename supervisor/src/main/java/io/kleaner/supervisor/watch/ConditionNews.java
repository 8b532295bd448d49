// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.broker.Aftermath;
import io.kleaner.supervisor.judge.broker.Ailment;
import io.kleaner.supervisor.judge.broker.Diagnosis;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what is wrong with a broker's cleaning: as alerts while it is so, as incidents when it
 * begins and when it is over, with what became of it. Not thread-safe; owned by the supervisor's
 * thread.
 */
final class ConditionNews {

  private final Chronicle chronicle;
  private final CulpritSearch culprits;
  private final Map<String, Diagnosis> holding = new HashMap<>();
  private Judgement before = Judgement.none();

  /**
   * @param culprits knows more of what killed a thread
   */
  ConditionNews(Chronicle chronicle, CulpritSearch culprits) {
    this.chronicle = chronicle;
    this.culprits = culprits;
  }

  /**
   * Tells it.
   *
   * @param judgement the newest
   */
  void tell(Judgement judgement, Signals signals) {
    Map<String, Diagnosis> now = new HashMap<>();
    for (Diagnosis each : judgement.diagnoses()) {
      String key = each.ailment().rule() + " " + each.subject();
      now.put(key, each);
      String evidence =
          each.evidence()
              + each.partition().flatMap(culprits::found).map(found -> "; " + found).orElse("");
      if (each.severity() == Severity.CRITICAL) {
        signals.critical(
            each.ailment().rule(), each.subject(), each.summary(), evidence, each.advice());
      } else if (each.severity() == Severity.WARNING) {
        signals.warning(
            each.ailment().rule(), each.subject(), each.summary(), evidence, each.advice());
      }
      if (!holding.containsKey(key)) {
        chronicle.add(
            began(each.ailment()), each.subject(), each.summary(), evidence, each.advice());
      }
    }
    holding.forEach(
        (key, each) -> {
          if (!now.containsKey(key)) {
            tellEnd(each, judgement, signals);
          }
        });
    holding.clear();
    holding.putAll(now);
    before = judgement;
  }

  private void tellEnd(Diagnosis over, Judgement now, Signals signals) {
    Optional<String> became = Aftermath.of(over, before, now);
    chronicle.add(
        ended(over.ailment()),
        over.subject(),
        over.ailment().rule() + " is over" + became.map(text -> ": " + text).orElse(""),
        over.summary(),
        "");
    became.ifPresent(text -> signals.over(over.ailment().rule(), over.subject(), text));
  }

  private static Incident.Kind began(Ailment ailment) {
    return switch (ailment) {
      case CLEANER_DEAD -> Incident.Kind.WORKER_DEAD;
      case CLEANER_HUNG, CLEANER_SPINNING -> Incident.Kind.WORKER_HUNG;
      case PARTITION_UNCLEANABLE -> Incident.Kind.PARTITION_FAILED;
      case BROKER_PARTITION_STALLED -> Incident.Kind.PARTITION_STALLED;
      case BROKER_FALLING_BEHIND -> Incident.Kind.FALLING_BEHIND;
      case BROKER_UNSEEN -> Incident.Kind.LOG_DIR_BLIND;
      default -> Incident.Kind.CONDITION_BEGAN;
    };
  }

  private static Incident.Kind ended(Ailment ailment) {
    return switch (ailment) {
      case CLEANER_DEAD -> Incident.Kind.WORKER_RESTARTED;
      case BROKER_PARTITION_STALLED -> Incident.Kind.PARTITION_MOVING;
      case BROKER_UNSEEN -> Incident.Kind.LOG_DIR_SEEN;
      default -> Incident.Kind.CONDITION_ENDED;
    };
  }
}
