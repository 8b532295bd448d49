// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * What the disk answered, in words for whoever has to do something about it.
 *
 * @param text what is wrong, with the file if it is known; no full stop
 * @param nextStep what to do, as a sentence
 */
public record IoProblem(String text, String nextStep) {

  private static final String BROKERS_USER = "Run as the user that the broker runs as.";
  private static final String LOOK = "Check permissions and the disk.";

  /** Puts an exception into words. */
  public static IoProblem of(IOException e) {
    if (e instanceof FileSystemException named && named.getFile() != null) {
      return of(named);
    }
    return new IoProblem(e.getMessage() == null ? e.toString() : e.getMessage(), LOOK);
  }

  private static IoProblem of(FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return new IoProblem("permission denied for " + e.getFile(), BROKERS_USER);
    }
    if (e instanceof NoSuchFileException) {
      return new IoProblem(e.getFile() + " does not exist", LOOK);
    }
    return new IoProblem(e.getReason() == null ? e.toString() : e.getMessage(), LOOK);
  }

  /** The text for any failure: of one that is no disk's, its own. */
  public static String textOf(Exception e) {
    return e instanceof IOException io ? of(io).text() : e.toString();
  }
}
