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
 * what is written to it after it was renamed away is still read, until there is something in the
 * file that has taken its place. That it is another one is seen by its key, or by its first bytes
 * where the disk's format knows none. Memory is bounded, whatever the file holds.
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

  /** Of the open file; empty where that is not known. */
  private Optional<Object> key = Optional.empty();

  /** What the open file began with. */
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
      open(lines);
    } else {
      // Whatever it holds by now: it may have grown beyond where we were.
      if (file.size() < position || !beginsWith(head(file), head)) {
        beginAnew();
      }
      if (isReplaced()) {
        any = drain(lines);
        FileHandle old = file;
        file = null;
        try (old) {
          openFile();
          if (!isCopyOf(old)) {
            endLine(lines);
            beginAnew();
          }
        }
      }
    }
    any |= drain(lines);
    if (head.limit() < HEAD_BYTES) {
      head = head(file);
    }
    return any;
  }

  private void beginAnew() {
    position = 0;
    lineLength = 0;
    skipsFirst = false;
    head = ByteBuffer.allocate(0);
  }

  private void openFile() throws IOException {
    Optional<Object> before = present().flatMap(FileEntry::key);
    file = fileSystem.openRead(path);
    Optional<Object> after = present().flatMap(FileEntry::key);
    // Of the file that was opened only if it had that name before and after.
    key = before.equals(after) ? after : Optional.empty();
  }

  /**
   * What the path names, through links; empty if it was renamed away, and the next is yet to come.
   */
  private Optional<FileEntry> present() throws IOException {
    try {
      return fileSystem.stat(fileSystem.realPath(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Goes on where it was if the file is the one that could not be read before. */
  private void open(Consumer<String> lines) throws IOException {
    openFile();
    ByteBuffer present = head(file);
    boolean same = head.limit() > 0 && beginsWith(present, head) && file.size() >= position;
    head = present;
    if (same) {
      return;
    }
    endLine(lines);
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
    if (value == 0) {
      // A hole: who writes without appending goes on where it was when the file was truncated.
      lineLength = 0;
      skipsFirst = false;
    } else if (value == '\n') {
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

  /** Whether the path names another file than the one that is open, and that has something. */
  private boolean isReplaced() throws IOException {
    Optional<FileEntry> now = present();
    if (now.isEmpty() || now.get().sizeBytes() == 0) {
      // A logger that does not open its file anew goes on with the old one.
      return false;
    }
    if (key.isPresent() && now.get().key().isPresent()) {
      return !now.get().key().equals(key);
    }
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

  /** Whether the file that is open now has what was read of another: it was moved by copying. */
  private boolean isCopyOf(FileHandle old) throws IOException {
    long from = Math.max(0, position - HEAD_BYTES);
    return position > 0
        && file.size() >= position
        && beginsWith(head(file), head(old))
        && bytes(file, from, position).equals(bytes(old, from, position));
  }

  private static ByteBuffer bytes(FileHandle of, long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    of.read(bytes, from);
    return bytes.flip();
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
