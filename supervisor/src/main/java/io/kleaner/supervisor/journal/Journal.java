// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Remembers incidents and quarantines: the latest in memory for whoever asks, all on disk by a
 * thread of its own, since the supervisor must not wait for a disk that may be what it watches.
 *
 * <p>Bounded in memory and on disk. Thread-safe; no lock is taken, so that whoever reads it keeps
 * nobody who adds to it.
 */
public final class Journal implements AutoCloseable {

  /** Of each of the two files that hold incidents. */
  private static final long MAX_FILE_BYTES = 8L * 1024 * 1024;

  private static final int IN_MEMORY = 2_000;
  private static final int QUEUED = 10_000;
  private static final int BATCH = 1_000;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** After so many turns of the writer, 5 s when nothing happens, it tries whether it could. */
  private static final int PROBE_TURNS = 25;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CLOSE_MS = 3_000;

  private final Deque<Incident> latest = new ConcurrentLinkedDeque<>();
  private final AtomicInteger remembered = new AtomicInteger();
  private final Queue<Incident> toWrite = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
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
    // A line whose sync failed may be there twice, and two threads may have been told apart late.
    SortedMap<Long, Incident> byId = new TreeMap<>();
    incidents.open().forEach(incident -> byId.put(incident.id(), incident));
    byId.values().forEach(this::remember);
    nextId.set(byId.isEmpty() ? 1 : byId.lastKey() + 1);
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

  /** Whether it is kept now: on disk, and nothing keeps the disk from being written to. */
  public boolean isKept() {
    return disk.isPresent() && problem.isEmpty();
  }

  /** Whether it outlives the process, by and large. */
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

  /**
   * A number that no incident and nobody else gets, in later runs neither, as soon as an incident
   * that is added after this is on disk.
   */
  public long number() {
    return nextId.getAndIncrement();
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
    if (disk.isPresent()) {
      if (waiting.incrementAndGet() > QUEUED) {
        waiting.decrementAndGet();
        dropped.increment();
      } else {
        toWrite.add(incident);
        LockSupport.unpark(writer);
      }
    }
    return incident;
  }

  private void remember(Incident incident) {
    latest.addFirst(incident);
    if (remembered.incrementAndGet() > IN_MEMORY && latest.pollLast() != null) {
      remembered.decrementAndGet();
    }
  }

  /** The latest incidents, newest first. */
  public List<Incident> latest() {
    List<Incident> newest = new ArrayList<>(latest);
    newest.sort(Comparator.comparingLong(Incident::id).reversed());
    return newest;
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
    Optional<String> probed = Optional.empty();
    int turns = 0;
    while (true) {
      try {
        boolean last = closing;
        // Each on its own: that incidents cannot be written must not lose a quarantine.
        Optional<String> failed = attempt(() -> writeIncidents(batch));
        Optional<String> alsoFailed = attempt(this::writeHolds);
        if (probed.isPresent() || ++turns % PROBE_TURNS == 0) {
          // When nothing happens nobody would know that nothing could be kept.
          probed = attempt(this::probe);
        }
        problem = failed.or(() -> alsoFailed);
        if (problem.isEmpty()) {
          problem = probed;
        }
        if (problem.isPresent()) {
          if (last) {
            return;
          }
          LockSupport.parkNanos(RETRY_NANOS);
        } else if (last && toWrite.isEmpty() && holdsToWrite.get().isEmpty()) {
          return;
        } else if (toWrite.isEmpty()) {
          LockSupport.parkNanos(POLL_NANOS);
        }
        // Nobody here interrupts; a flag left set would turn the pauses into a hot loop.
        Thread.interrupted();
      } catch (Throwable e) {
        // A heap that is full, perhaps because of what is watched: this thread must outlive it.
        dropped.increment();
      }
    }
  }

  /** A piece of work on the disk. */
  private interface Attempt {
    void run() throws IOException;
  }

  private static Optional<String> attempt(Attempt work) {
    try {
      work.run();
      return Optional.empty();
    } catch (IOException | RuntimeException | Error e) {
      return Optional.of("the journal cannot be written: " + e);
    }
  }

  private void probe() throws IOException {
    disk.orElseThrow().quarantines().probe();
  }

  private void writeIncidents(List<Incident> batch) throws IOException {
    for (Incident next = null; batch.size() < BATCH; batch.add(next)) {
      next = toWrite.poll();
      if (next == null) {
        break;
      }
      waiting.decrementAndGet();
    }
    if (!batch.isEmpty()) {
      disk.orElseThrow().incidents().append(batch);
      batch.clear();
    }
  }

  private void writeHolds() throws IOException {
    Optional<Map<PartitionId, Hold>> holds = holdsToWrite.getAndSet(Optional.empty());
    if (holds.isEmpty()) {
      return;
    }
    boolean written = false;
    try {
      disk.orElseThrow().quarantines().write(holds.orElseThrow());
      written = true;
    } finally {
      Optional<Map<PartitionId, Hold>> newer = holdsToWrite.get();
      if (!written && newer.isEmpty()) {
        holdsToWrite.compareAndSet(newer, holds);
      }
    }
  }

  /** Writes what is left, for some seconds at most, and closes the file. */
  @Override
  public void close() throws IOException {
    close(CLOSE_MS);
  }

  /**
   * Writes what is left, and closes the file.
   *
   * @param millis to wait for that at most
   */
  public void close(long millis) throws IOException {
    closing = true;
    if (disk.isEmpty()) {
      return;
    }
    LockSupport.unpark(writer);
    try {
      writer.join(Math.max(1, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!writer.isAlive()) {
      disk.get().incidents().close();
    }
  }
}
