// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.CleanerTuning;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.LeverRules;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * When it is looked whether tunings work that no run has seen to work: once a minute, and not while
 * a cleaner thread is missing, since its revival waits for the same hands. Not thread-safe.
 */
final class UnverifiedTunings {

  private static final long PAUSE_NS = TimeUnit.MINUTES.toNanos(1);

  private final Clock clock;
  private long lookedNs;

  /** What was found at the last look. */
  private List<Restored> found = List.of();

  UnverifiedTunings(Clock clock) {
    this.clock = clock;
  }

  /**
   * What is known of each now.
   *
   * @param doubtful all of them
   * @param sample the newest one
   * @param verify looks at a broker, by its number
   */
  List<Restored> look(
      List<ConfigOverride> doubtful, BrokerSample sample, IntFunction<List<Restored>> verify) {
    Optional<String> missing = missing(sample);
    if (missing.isPresent()) {
      return doubtful.stream().map(each -> CleanerTuning.unverified(each, missing.get())).toList();
    }
    Set<ConfigOverride> left = new HashSet<>(doubtful);
    Set<ConfigOverride> known = found.stream().map(Restored::override).collect(Collectors.toSet());
    if (known.containsAll(left) && clock.nanoTime() - lookedNs < PAUSE_NS) {
      return found.stream().filter(each -> left.contains(each.override())).toList();
    }
    found =
        doubtful.stream()
            .map(each -> Integer.parseInt(each.target().name()))
            .distinct()
            .flatMap(node -> verify.apply(node).stream())
            .toList();
    // Whoever does not answer may have taken long to say so.
    lookedNs = clock.nanoTime();
    return found;
  }

  /** That fewer threads live than there are to be, as the newest sample has it. */
  private static Optional<String> missing(BrokerSample sample) {
    if (!(sample.threads() instanceof Seen.Known<List<CleanerThread>> threads)) {
      return Optional.empty();
    }
    OptionalLong set =
        sample
            .config()
            .get()
            .map(config -> config.number(LeverRules.THREADS))
            .orElse(OptionalLong.empty());
    long wanted = set.orElse(1);
    int live = threads.value().size();
    return live < wanted
        ? Optional.of("only " + live + " of " + wanted + " cleaner threads live")
        : Optional.empty();
  }
}
