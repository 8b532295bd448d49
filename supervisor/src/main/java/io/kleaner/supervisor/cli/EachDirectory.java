// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Goes through the directories that a user named: what is wrong with one stops no other. */
final class EachDirectory {

  /** What is done with a directory. */
  interface Work {
    ExitCode on(Path dir) throws IOException;
  }

  private final FileSystem fileSystem;
  private final Terminal terminal;
  private final CommandSpec spec;
  private final List<Map<String, Object>> unusable = new ArrayList<>();

  EachDirectory(FileSystem fileSystem, Terminal terminal, CommandSpec spec) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.spec = spec;
  }

  /**
   * Does the work with each, and returns the exit code that matters most.
   *
   * @throws ParameterException if two of them are one, or one lies within another
   */
  ExitCode run(List<Path> dirs, Work work) throws IOException {
    requireApart(dirs);
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
                dir + " could not be worked on to its end: " + IoProblem.of(e).text(),
                "Check permissions and the disk; a clean that was interrupted is finished or undone"
                    + " by 'kleaner recover "
                    + dir
                    + "'."));
        exit = exit.worse(ExitCode.FINDINGS);
      }
    }
    return exit;
  }

  private void requireApart(List<Path> dirs) {
    for (int i = 0; i < dirs.size(); i++) {
      for (int j = 0; j < i; j++) {
        Path one = real(dirs.get(j));
        Path other = real(dirs.get(i));
        String problem = "";
        if (one.equals(other)) {
          problem = dirs.get(i) + " is named twice";
        } else if (one.startsWith(other) || other.startsWith(one)) {
          boolean inside = one.startsWith(other);
          problem =
              dirs.get(inside ? j : i)
                  + " lies within "
                  + dirs.get(inside ? i : j)
                  + ", which is named too";
        }
        if (!problem.isEmpty()) {
          throw new ParameterException(
              spec.commandLine(), problem + "; nothing was looked at. Name each partition once.");
        }
      }
    }
  }

  /** What is not there is told when it is its turn. */
  private Path real(Path dir) {
    try {
      return fileSystem.realPath(dir);
    } catch (IOException e) {
      return dir.toAbsolutePath().normalize();
    }
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
