// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The incident journal on disk: a line an incident, appended and synced; when a file is full it
 * becomes the previous one, and the one before that is gone.
 *
 * <pre>
 *  9ae0f1c3 {"id":7,"atMs":1790000000000,"kind":"WORKER_DEAD","subject":"cleaner-0",...}
 *  CRC-32C  JSON, UTF-8, no line break in it
 * </pre>
 *
 * <p>A torn or broken line is passed over when it is read, and cut off before the next is appended
 * if it is the last. Not thread-safe; owned by the writer's thread.
 */
final class IncidentFile implements AutoCloseable {

  static final String CURRENT = "incidents.log";
  static final String PREVIOUS = "incidents.1.log";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FileSystem fileSystem;
  private final Path dir;
  private final long maxBytes;
  private Optional<FileHandle> current = Optional.empty();
  private long position;

  /**
   * @param maxBytes of one of the two files
   */
  IncidentFile(FileSystem fileSystem, Path dir, long maxBytes) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.maxBytes = maxBytes;
  }

  /** Every incident that can be read, oldest first; opens the file for appending. */
  List<Incident> open() throws IOException {
    List<Incident> incidents = new ArrayList<>(read(dir.resolve(PREVIOUS)));
    incidents.addAll(read(dir.resolve(CURRENT)));
    openCurrent();
    return incidents;
  }

  private FileHandle openCurrent() throws IOException {
    if (current.isPresent()) {
      return current.get();
    }
    Path file = dir.resolve(CURRENT);
    boolean exists = fileSystem.stat(file).isPresent();
    FileHandle handle = exists ? fileSystem.openWrite(file) : fileSystem.create(file);
    try {
      position = handle.size();
      if (position > 0 && !endsWithLine(handle)) {
        // What a crash tore off; the next line begins on its own.
        handle.write(ByteBuffer.wrap(new byte[] {'\n'}), position);
        position++;
      }
      fileSystem.syncDir(dir);
    } catch (IOException e) {
      handle.close();
      throw e;
    }
    current = Optional.of(handle);
    return handle;
  }

  private static boolean endsWithLine(FileHandle handle) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    handle.read(last, handle.size() - 1);
    return last.get(0) == '\n';
  }

  private List<Incident> read(Path file) throws IOException {
    Optional<FileEntry> entry = fileSystem.stat(file);
    if (entry.isEmpty()) {
      return List.of();
    }
    List<Incident> incidents = new ArrayList<>();
    for (String line : SmallFile.text(fileSystem, file).split("\n")) {
      parse(line).ifPresent(incidents::add);
    }
    return incidents;
  }

  /**
   * Appends incidents and syncs them; they are durable when this returns. If it throws, all of them
   * are to be appended again: some may be there then, and again after that, under the same ids.
   */
  void append(List<Incident> incidents) throws IOException {
    FileHandle handle = openCurrent();
    long end = position;
    for (Incident incident : incidents) {
      byte[] line = (format(incident) + '\n').getBytes(StandardCharsets.UTF_8);
      if (end > 0 && end + line.length > maxBytes) {
        handle.sync();
        position = end;
        roll();
        handle = openCurrent();
        end = position;
      }
      handle.write(ByteBuffer.wrap(line), end);
      end += line.length;
    }
    handle.sync();
    position = end;
  }

  /** Left half-way, it leaves the file to be opened, or made, by the next append. */
  private void roll() throws IOException {
    close();
    fileSystem.rename(dir.resolve(CURRENT), dir.resolve(PREVIOUS));
    fileSystem.syncDir(dir);
  }

  static String format(Incident incident) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", incident.id());
    node.put("atMs", incident.atMs());
    node.put("kind", incident.kind().name());
    node.put("subject", incident.subject());
    node.put("summary", incident.summary());
    node.put("evidence", incident.evidence());
    node.put("nextStep", incident.nextStep());
    return CheckedLine.of(node);
  }

  static Optional<Incident> parse(String line) {
    Optional<JsonNode> whole = CheckedLine.parse(line);
    if (whole.isEmpty()) {
      return Optional.empty();
    }
    JsonNode node = whole.get();
    try {
      return Optional.of(
          new Incident(
              node.path("id").asLong(),
              node.path("atMs").asLong(),
              Incident.Kind.valueOf(node.path("kind").asText()),
              node.path("subject").asText(),
              node.path("summary").asText(),
              node.path("evidence").asText(),
              node.path("nextStep").asText()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    Optional<FileHandle> open = current;
    current = Optional.empty();
    if (open.isPresent()) {
      open.get().close();
    }
  }
}
