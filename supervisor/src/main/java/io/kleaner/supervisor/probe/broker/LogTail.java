// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Follows a text file that somebody else appends to, rotates and truncates. The file stays open, so
 * what was written to it before it was renamed away is still read; that another file has taken its
 * place is seen by its first bytes. Memory is bounded, whatever the file holds.
 *
 * <p>Not thread-safe; owned by one probe.
 */
final class LogTail implements AutoCloseable {

  /** Of a line this much is kept. */
  static final int MAX_LINE_BYTES = 8 * 1024;

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int HEAD_BYTES = 512;

  private final FileSystem fileSystem;
  private final Path path;
  private final long firstLookBytes;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final byte[] line = new byte[MAX_LINE_BYTES];
  private int lineLength;
  private boolean skipsFirst;
  private FileHandle file;
  private Optional<FileEntry> named = Optional.empty();
  private ByteBuffer head = ByteBuffer.allocate(0);
  private long position;
  private long skippedBytes;

  /**
   * @param firstLookBytes how much of the end of the file is read at first, and at most is caught
   *     up with later
   */
  LogTail(FileSystem fileSystem, Path path, long firstLookBytes) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.firstLookBytes = firstLookBytes;
  }

  /** How far it has read the present file, in bytes. */
  long position() {
    return position;
  }

  /** Bytes that were passed over because more came than could be read. */
  long skippedBytes() {
    return skippedBytes;
  }

  /** The file. */
  Path path() {
    return path;
  }

  /**
   * Reads on to the present end.
   *
   * @param lines takes each whole line, cut to {@link #MAX_LINE_BYTES}
   * @return whether there was anything new
   * @throws IOException if it cannot be read; the next call tries again
   */
  boolean read(Consumer<String> lines) throws IOException {
    try {
      return readOn(lines);
    } catch (IOException e) {
      try {
        close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private boolean readOn(Consumer<String> lines) throws IOException {
    boolean any = false;
    if (file == null) {
      open();
    } else if (isReplaced()) {
      any = drain(lines);
      endLine(lines);
      close();
      head = ByteBuffer.allocate(0);
      position = 0;
      skipsFirst = false;
      file = fileSystem.openRead(path);
    }
    if (file.size() < position) {
      position = 0;
      lineLength = 0;
      head = ByteBuffer.allocate(0);
    }
    any |= drain(lines);
    if (head.limit() < HEAD_BYTES) {
      head = head(file);
    }
    return any;
  }

  /** Goes on where it was if the file is the one that could not be read before. */
  private void open() throws IOException {
    file = fileSystem.openRead(path);
    ByteBuffer present = head(file);
    boolean same = head.limit() > 0 && beginsWith(present, head) && file.size() >= position;
    head = present;
    if (same) {
      return;
    }
    lineLength = 0;
    position = Math.max(0, file.size() - firstLookBytes);
    skipsFirst = position > 0;
  }

  private boolean drain(Consumer<String> lines) throws IOException {
    long end = file.size();
    if (end - position > firstLookBytes) {
      skippedBytes += end - position - firstLookBytes;
      position = end - firstLookBytes;
      lineLength = 0;
      skipsFirst = true;
    }
    boolean any = position < end;
    while (position < end) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - position));
      int read = file.read(buffer, position);
      if (read == 0) {
        return any;
      }
      position += read;
      byte[] bytes = buffer.array();
      for (int i = 0; i < read; i++) {
        take(bytes[i], lines);
      }
    }
    return any;
  }

  private void take(byte value, Consumer<String> lines) {
    if (value == '\n') {
      endLine(lines);
    } else if (lineLength < MAX_LINE_BYTES) {
      line[lineLength++] = value;
    }
  }

  private void endLine(Consumer<String> lines) {
    int length = lineLength;
    lineLength = 0;
    if (skipsFirst) {
      // It began in the middle of a line.
      skipsFirst = false;
      return;
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    if (length > 0) {
      lines.accept(new String(line, 0, length, StandardCharsets.UTF_8));
    }
  }

  /** Whether the path names another file than the one that is open. */
  private boolean isReplaced() throws IOException {
    Optional<FileEntry> now = fileSystem.stat(path);
    if (now.isEmpty()) {
      // Renamed away, and the new one is yet to come.
      return false;
    }
    if (now.equals(named) && now.get().sizeBytes() == file.size()) {
      return false;
    }
    named = now;
    try (FileHandle present = fileSystem.openRead(path)) {
      ByteBuffer presentHead = head(present);
      if (!beginsWith(presentHead, head)) {
        return true;
      }
      // What was read of a file that was empty, or truncated, fits any other: were the path's file
      // the open one, this, read later, would have all that the path's has.
      return head.limit() < HEAD_BYTES && !beginsWith(head(file), presentHead);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean beginsWith(ByteBuffer bytes, ByteBuffer prefix) {
    return bytes.limit() >= prefix.limit() && bytes.slice(0, prefix.limit()).equals(prefix);
  }

  private static ByteBuffer head(FileHandle from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES);
    from.read(bytes, 0);
    return bytes.flip();
  }

  /** Lets go of the file. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      FileHandle open = file;
      file = null;
      open.close();
    }
  }
}
