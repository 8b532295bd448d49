// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.engine.EngineProcess;
import io.kleaner.bench.engine.EngineSettings;
import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.report.Measured;
import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.bench.workload.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Engines that clean copies of one log in turn. What the first one leaves is kept for all to be
 * compared with; what the others leave is deleted at once, so that each finds the same memory and
 * disk. Who comes first changes from round to round: it matters to writing. Not thread-safe.
 */
final class Turns implements AutoCloseable {

  private final Path work;
  private final GeneratedLog log;
  private final Consumer<String> progress;
  private final Map<EngineProcess, List<Figures>> figures = new HashMap<>();
  private SameRecords same = new SameRecords(true, Optional.empty());
  private Optional<Path> reference = Optional.empty();
  private int rounds;

  Turns(Path work, GeneratedLog log, Consumer<String> progress) {
    this.work = work;
    this.log = log;
    this.progress = progress;
  }

  /** Each engine cleans once. */
  void round(List<EngineProcess> engines) throws IOException {
    List<EngineProcess> order = new ArrayList<>(engines);
    Collections.rotate(order, -rounds);
    for (EngineProcess engine : order) {
      Path dir = log.links(Files.createTempDirectory(work, "clean").resolve("data"));
      Figures taken = engine.clean(dir);
      figures.computeIfAbsent(engine, each -> new ArrayList<>()).add(taken);
      EngineSettings settings = engine.settings();
      progress.accept(
          String.format(
              "  %s %s with %d thread%s: %.2f + %.2f, %.2f s",
              rounds == 0 ? "cold," : "run " + rounds + ",",
              settings.name(),
              settings.threads(),
              settings.threads() == 1 ? "" : "s",
              taken.mapS(),
              taken.copyS(),
              taken.totalS()));
      if (reference.isEmpty()) {
        reference = Optional.of(dir);
      } else {
        SameRecords compared = SameRecords.between(reference.get(), dir);
        compared.difference().ifPresent(text -> progress.accept("  DIFFERENT: " + text));
        same = same.and(compared);
        Trees.delete(dir.getParent());
      }
    }
    rounds++;
  }

  /** What an engine has taken: the first round is its cold one. */
  Measured.Run figures(EngineProcess engine) {
    List<Figures> all = figures.getOrDefault(engine, List.of());
    return new Measured.Run(
        engine.settings().engine(),
        engine.settings().threads(),
        engine.settings().memoryBytes(),
        all.get(0),
        all.subList(1, all.size()));
  }

  /** Whether all that was left so far is the same. */
  Measured.Sameness sameness() {
    return Measured.Sameness.of(same.sameBytes(), same.difference());
  }

  @Override
  public void close() throws IOException {
    if (reference.isPresent()) {
      Trees.delete(reference.get().getParent());
    }
  }
}
