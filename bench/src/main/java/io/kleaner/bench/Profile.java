// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.engine.EngineProcess;
import io.kleaner.bench.engine.EngineSettings;
import io.kleaner.bench.report.FlameGraph;
import io.kleaner.bench.report.ProfileShares;
import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.bench.workload.Trees;
import io.kleaner.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Records warm cleans of each engine, and draws and counts where their time went. */
final class Profile {

  /** What a broker has done long before it cleans, and what is not measured either. */
  private static final String LOADING = "KafkaLog.open";

  private final Path work;
  private final BenchArguments arguments;
  private final SideBySide sideBySide;

  Profile(Path work, BenchArguments arguments, SideBySide sideBySide) {
    this.work = work;
    this.arguments = arguments;
    this.sideBySide = sideBySide;
  }

  /**
   * What was found.
   *
   * @param graphs flame graphs by file name
   * @param shares rows of {@link ProfileShares}
   */
  record Found(Map<String, String> graphs, String shares) {}

  /** Measures one workload. */
  Found run(Workload workload) throws IOException {
    Path source = work.resolve(workload.name());
    Map<String, String> graphs = new LinkedHashMap<>();
    StringBuilder rows = new StringBuilder();
    try {
      GeneratedLog log = GeneratedLog.write(workload, source, GeneratedLog.SEGMENT_BYTES);
      for (EngineSettings settings : sideBySide.settings(log)) {
        String name = settings.name().replace(' ', '-') + "-" + settings.threads();
        FlameGraph graph = new FlameGraph();
        ProfileShares shares = new ProfileShares();
        try (EngineProcess engine = EngineProcess.start(settings, sideBySide.jvmFlags(log))) {
          for (int round = 0; round <= arguments.runs(); round++) {
            Path dir = log.links(Files.createTempDirectory(work, "clean").resolve("data"));
            if (round == 0) {
              engine.clean(dir);
            } else {
              Path recording = work.resolve(name + "-" + round + ".jfr");
              engine.clean(dir, recording);
              add(graph, shares, recording);
            }
            Trees.delete(dir.getParent());
          }
        }
        String title =
            workload.name()
                + ", "
                + workload.title()
                + ": "
                + settings.name()
                + ", threads: "
                + settings.threads();
        rows.append(shares.row(workload.name(), settings.name(), settings.threads()));
        graphs.put("flame-" + workload.name() + "-" + name + ".svg", graph.toSvg(title));
      }
    } finally {
      Trees.delete(source);
    }
    return new Found(graphs, rows.toString());
  }

  private static void add(FlameGraph graph, ProfileShares shares, Path recording)
      throws IOException {
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getStackTrace() != null) {
          List<String> stack = new ArrayList<>();
          for (RecordedFrame frame : event.getStackTrace().getFrames()) {
            stack.add(name(frame));
          }
          if (stack.stream().noneMatch(LOADING::equals)) {
            Collections.reverse(stack);
            graph.add(stack, 1);
            shares.add(stack, 1);
          }
        }
      }
    }
    Files.delete(recording);
  }

  private static String name(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
  }
}
