// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.event.Level;

/** Where every incident goes: journal, log, listeners, counters. Thread-safe. */
public final class Chronicle {

  private final LogLines log = LogLines.of(Chronicle.class);
  private final Journal journal;
  private final Announcer announcer;
  private final Clock clock;
  private final Map<Incident.Kind, LongAdder> counts = new EnumMap<>(Incident.Kind.class);

  /** Counts from zero. */
  public Chronicle(Journal journal, Announcer announcer, Clock clock) {
    this.journal = journal;
    this.announcer = announcer;
    this.clock = clock;
    for (Incident.Kind kind : Incident.Kind.values()) {
      counts.put(kind, new LongAdder());
    }
  }

  /** Takes note. */
  public void add(
      Incident.Kind kind, String subject, String summary, String evidence, String nextStep) {
    counts.get(kind).increment();
    Incident incident = journal.add(clock.nowMs(), kind, subject, summary, evidence, nextStep);
    // Never written here: a log that blocks must not stop the watchdog.
    log.add(level(kind), "incident " + incident.id() + " " + kind + ": " + summary);
    announcer.announce("incident", map(incident));
  }

  private static Level level(Incident.Kind kind) {
    return switch (kind) {
      case WORKER_DEAD, WORKER_HUNG, BUDGET_SPENT, REMEDIES_OFF, LOG_DIR_BLIND, LOG_DIR_ISOLATED ->
          Level.ERROR;
      case PARTITION_FAILED,
          PARTITION_QUARANTINED,
          PARTITION_STALLED,
          PARTITION_VANISHED,
          QUARANTINES_LOST,
          FALLING_BEHIND ->
          Level.WARN;
      default -> Level.INFO;
    };
  }

  /** For lines that are no incidents; never waits. */
  public LogLines log() {
    return log;
  }

  /** How many there were of a kind since the service started. */
  public long count(Incident.Kind kind) {
    return counts.get(kind).sum();
  }

  /** Where they are kept. */
  public Journal journal() {
    return journal;
  }

  /** As the API shows one. */
  public static Map<String, Object> map(Incident incident) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", incident.id());
    map.put("atMs", incident.atMs());
    map.put("kind", incident.kind().name());
    map.put("subject", incident.subject());
    map.put("summary", incident.summary());
    map.put("evidence", incident.evidence());
    map.put("nextStep", incident.nextStep());
    return map;
  }
}
