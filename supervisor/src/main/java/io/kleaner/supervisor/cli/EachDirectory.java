// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Goes through the directories that a user named: what is wrong with one stops no other. */
final class EachDirectory {

  /** What is done with a directory. */
  interface Work {
    ExitCode on(Path dir) throws IOException;
  }

  private final Terminal terminal;
  private final List<Map<String, Object>> unusable = new ArrayList<>();

  EachDirectory(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Does the work with each, and returns the exit code that matters most. */
  ExitCode run(List<Path> dirs, Work work) throws IOException {
    ExitCode exit = ExitCode.DONE;
    for (Path dir : dirs) {
      try {
        exit = exit.worse(work.on(dir));
      } catch (UnusableDirectoryException e) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("directory", dir.toString());
        entry.put("reason", e.getMessage());
        entry.put("nextStep", e.nextStep());
        unusable.add(entry);
        Failures.tell(terminal, e);
        exit = exit.worse(ExitCode.REFUSED);
      }
    }
    return exit;
  }

  /** The directories that could not be worked on, for JSON. */
  List<Map<String, Object>> unusable() {
    return List.copyOf(unusable);
  }
}
