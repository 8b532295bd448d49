// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The directory in which the service keeps its journal, its quarantines and its token; held by one
 * process at a time. Without one that can be written to, nothing outlives the process.
 */
public final class StateDir implements AutoCloseable {

  private static final String LOCK = "kleaner.lock";
  private static final String TOKEN = "token";
  private static final int TOKEN_BYTES = 32;
  private static final long CLOSE_MS = 3_000;

  private final FileSystem fileSystem;
  private final Path dir;
  private final Optional<FileLease> lease;
  private final Journal journal;

  private StateDir(FileSystem fileSystem, Path dir, Optional<FileLease> lease, Journal journal) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.lease = lease;
    this.journal = journal;
  }

  /**
   * Opens it, and makes it if it is missing.
   *
   * @param logDirs none of which it may lie in
   * @throws UnusableDirectoryException if it lies in a log directory or is another process's
   */
  public static StateDir open(FileSystem fileSystem, Path named, List<Path> logDirs)
      throws IOException {
    Path dir = named.toAbsolutePath().normalize();
    OwnPlace place = OwnPlace.outside(fileSystem, logDirs);
    try {
      place.require(dir, OwnPlace.Use.STATE);
      fileSystem.createDirectories(dir);
      dir = fileSystem.realPath(dir);
      place.require(dir, OwnPlace.Use.STATE);
    } catch (UnusableDirectoryException e) {
      throw e;
    } catch (IOException e) {
      return unwritable(fileSystem, dir, e);
    }
    Optional<FileLease> lease;
    try {
      lease = fileSystem.tryLock(dir.resolve(LOCK));
    } catch (IOException e) {
      return unwritable(fileSystem, dir, e);
    }
    if (lease.isEmpty()) {
      throw new UnusableDirectoryException(
          dir + " is the state directory of another kleaner that runs; nothing was changed.",
          "Stop it, or give this one another --state-dir.");
    }
    try {
      return new StateDir(fileSystem, dir, lease, Journal.open(fileSystem, dir));
    } catch (IOException e) {
      lease.get().close();
      return unwritable(fileSystem, dir, e);
    }
  }

  private static StateDir unwritable(FileSystem fileSystem, Path dir, IOException why) {
    return new StateDir(
        fileSystem, dir, Optional.empty(), Journal.inMemory(dir + " cannot be written to: " + why));
  }

  /** Incidents and quarantines. */
  public Journal journal() {
    return journal;
  }

  /** Where it is. */
  public Path dir() {
    return dir;
  }

  /** Where the token is, if none was named. */
  public Path tokenFile() {
    return dir.resolve(TOKEN);
  }

  /**
   * The token that actions need.
   *
   * @param text empty if there is none
   * @param problem why there is none
   */
  public record KeptToken(Optional<String> text, String problem) {

    /** Never the token itself. */
    @Override
    public String toString() {
      return "KeptToken[" + problem + "]";
    }
  }

  /**
   * The token that actions need, made on first use. That it cannot be kept ends no service: it
   * works without actions, and says so.
   *
   * @throws UnusableDirectoryException if what is in its file is none
   */
  public KeptToken token() throws UnusableDirectoryException {
    if (!journal.isDurable()) {
      return new KeptToken(Optional.empty(), journal.problem().orElse(""));
    }
    Path file = tokenFile();
    try {
      if (fileSystem.stat(file).filter(entry -> entry.sizeBytes() > 0).isEmpty()) {
        makeToken(file);
      }
      return new KeptToken(Optional.of(readToken(fileSystem, file)), "");
    } catch (UnusableDirectoryException e) {
      throw e;
    } catch (IOException e) {
      return new KeptToken(Optional.empty(), file + " cannot be kept: " + IoProblem.of(e).text());
    }
  }

  private void makeToken(Path file) throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    // Under another name first: a crash must not leave half a token, which nobody could use.
    Path temporary = dir.resolve(TOKEN + ".tmp");
    fileSystem.delete(temporary);
    try (FileHandle handle = fileSystem.createPrivate(temporary)) {
      byte[] text = (HexFormat.of().formatHex(random) + "\n").getBytes(StandardCharsets.US_ASCII);
      handle.write(ByteBuffer.wrap(text), 0);
      handle.sync();
    }
    fileSystem.rename(temporary, file);
    fileSystem.syncDir(dir);
  }

  /**
   * Reads a token.
   *
   * @throws UnusableDirectoryException if there is none in the file
   */
  public static String readToken(FileSystem fileSystem, Path file) throws IOException {
    String token = SmallFile.text(fileSystem, file).strip();
    if (token.length() < 16) {
      throw new UnusableDirectoryException(
          file + " holds no token: at least 16 characters are expected.",
          "Write one there, or delete the file to have one made.");
    }
    return token;
  }

  @Override
  public void close() throws IOException {
    close(CLOSE_MS);
  }

  /**
   * Closes the journal, and lets another process have the directory.
   *
   * @param millis for what is yet to be written
   */
  public void close(long millis) throws IOException {
    journal.close(millis);
    if (lease.isPresent()) {
      lease.get().close();
    }
  }
}
