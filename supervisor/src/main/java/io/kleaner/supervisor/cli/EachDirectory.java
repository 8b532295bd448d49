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
        note(dir, e);
        exit = exit.worse(ExitCode.REFUSED);
      } catch (IOException e) {
        note(
            dir,
            new UnusableDirectoryException(
                dir + " could not be worked on to its end: " + e,
                "Check permissions and the disk; a clean that was interrupted is finished or undone"
                    + " by 'kleaner recover "
                    + dir
                    + "'."));
        exit = exit.worse(ExitCode.FINDINGS);
      }
    }
    return exit;
  }

  private void note(Path dir, UnusableDirectoryException why) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("directory", dir.toString());
    entry.put("reason", why.getMessage());
    entry.put("nextStep", why.nextStep());
    unusable.add(entry);
    Failures.tell(terminal, why);
  }

  /** The directories that could not be worked on, for JSON. */
  List<Map<String, Object>> unusable() {
    return List.copyOf(unusable);
  }
}
