// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Remembers incidents and quarantines: the latest in memory for whoever asks, all on disk by a
 * thread of its own, since the supervisor must not wait for a disk that may be what it watches.
 *
 * <p>Bounded in memory and on disk. Thread-safe.
 */
public final class Journal implements AutoCloseable {

  /** Of each of the two files that hold incidents. */
  private static final long MAX_FILE_BYTES = 8L * 1024 * 1024;

  private static final int IN_MEMORY = 2_000;
  private static final int QUEUED = 10_000;
  private static final long POLL_MS = 200;
  private static final long RETRY_MS = 1_000;

  private final Deque<Incident> latest = new ArrayDeque<>();
  private final BlockingQueue<Incident> toWrite = new ArrayBlockingQueue<>(QUEUED);
  private final AtomicReference<Optional<Map<PartitionId, Hold>>> holdsToWrite =
      new AtomicReference<>(Optional.empty());
  private final AtomicLong nextId = new AtomicLong(1);
  private final LongAdder dropped = new LongAdder();
  private final Optional<Disk> disk;
  private final Map<PartitionId, Hold> held;
  private final List<String> warnings = new ArrayList<>();
  private final Thread writer = new Thread(this::write, "kleaner-journal");
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean closing;

  private record Disk(IncidentFile incidents, QuarantineFile quarantines) {}

  private Journal(String noDisk) {
    disk = Optional.empty();
    held = Map.of();
    problem = Optional.of(noDisk);
  }

  private Journal(FileSystem fileSystem, Path dir) throws IOException {
    IncidentFile incidents = new IncidentFile(fileSystem, dir, MAX_FILE_BYTES);
    QuarantineFile quarantines = new QuarantineFile(fileSystem, dir);
    disk = Optional.of(new Disk(incidents, quarantines));
    for (Incident incident : incidents.open()) {
      // A line whose sync failed may be there twice.
      if (incident.id() >= nextId.get()) {
        remember(incident);
        nextId.set(incident.id() + 1);
      }
    }
    Map<PartitionId, Hold> found = Map.of();
    try {
      found = quarantines.read();
    } catch (IOException e) {
      warnings.add(e.getMessage() + "; the partitions it held are tried again");
    }
    held = Map.copyOf(found);
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Opens the journal of a state directory.
   *
   * @throws IOException if nothing can be written there
   */
  public static Journal open(FileSystem fileSystem, Path stateDir) throws IOException {
    return new Journal(fileSystem, stateDir);
  }

  /**
   * A journal that nothing is written of.
   *
   * @param problem why not
   */
  public static Journal inMemory(String problem) {
    return new Journal(problem);
  }

  /** Whether it outlives the process. */
  public boolean isDurable() {
    return disk.isPresent();
  }

  /** The quarantines that were in force when it was opened. */
  public Map<PartitionId, Hold> heldAtOpen() {
    return held;
  }

  /** What was odd when it was opened. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Takes note of an incident and numbers it; never waits for a disk. */
  public Incident add(
      long atMs,
      Incident.Kind kind,
      String subject,
      String summary,
      String evidence,
      String nextStep) {
    Incident incident =
        new Incident(nextId.getAndIncrement(), atMs, kind, subject, summary, evidence, nextStep);
    remember(incident);
    if (disk.isPresent() && !toWrite.offer(incident)) {
      dropped.increment();
    }
    return incident;
  }

  private void remember(Incident incident) {
    synchronized (latest) {
      latest.addFirst(incident);
      if (latest.size() > IN_MEMORY) {
        latest.removeLast();
      }
    }
  }

  /** The latest incidents, newest first. */
  public List<Incident> latest() {
    synchronized (latest) {
      return List.copyOf(latest);
    }
  }

  /** Has the quarantines written; of several calls in a row the last one counts. */
  public void quarantines(Map<PartitionId, Hold> holds) {
    holdsToWrite.set(Optional.of(Map.copyOf(holds)));
  }

  /** Why the disk has not got everything; empty if it has. */
  public Optional<String> problem() {
    return problem;
  }

  /** Whether the thread that writes is there. */
  public boolean isWriting() {
    return disk.isEmpty() || writer.isAlive();
  }

  /** Incidents that the disk did not get because it was too slow. */
  public long dropped() {
    return dropped.sum();
  }

  private void write() {
    List<Incident> batch = new ArrayList<>();
    while (true) {
      try {
        boolean last = closing;
        Incident first = toWrite.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          toWrite.drainTo(batch);
        }
        if (!batch.isEmpty()) {
          disk.orElseThrow().incidents().append(batch);
          batch.clear();
        }
        Optional<Map<PartitionId, Hold>> holds = holdsToWrite.getAndSet(Optional.empty());
        if (holds.isPresent()) {
          writeHolds(holds);
        }
        problem = Optional.empty();
        if (last && toWrite.isEmpty() && holdsToWrite.get().isEmpty()) {
          return;
        }
      } catch (IOException | RuntimeException e) {
        problem = Optional.of("the journal cannot be written: " + e);
        if (closing) {
          return;
        }
        pause();
      } catch (InterruptedException e) {
        // Nobody here interrupts; the end comes by the flag.
        Thread.interrupted();
      }
    }
  }

  private void writeHolds(Optional<Map<PartitionId, Hold>> holds) throws IOException {
    try {
      disk.orElseThrow().quarantines().write(holds.orElseThrow());
    } catch (IOException e) {
      Optional<Map<PartitionId, Hold>> newer = holdsToWrite.get();
      if (newer.isEmpty()) {
        holdsToWrite.compareAndSet(newer, holds);
      }
      throw e;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.interrupted();
    }
  }

  /** Writes what is left, for some seconds at most, and closes the file. */
  @Override
  public void close() throws IOException {
    closing = true;
    if (disk.isEmpty()) {
      return;
    }
    try {
      writer.join(TimeUnit.SECONDS.toMillis(3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!writer.isAlive()) {
      disk.get().incidents().close();
    }
  }
}
