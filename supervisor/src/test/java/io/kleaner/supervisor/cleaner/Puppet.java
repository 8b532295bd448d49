// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** A worker without a thread, whose strings are in a test's hands. */
public final class Puppet implements Worker {

  private final CancelToken token = new CancelToken();
  private final AgentState state;
  private boolean alive = true;
  private boolean baffling;

  public Puppet(String id, Clock clock) {
    this.state = new AgentState(id, clock, token);
  }

  @Override
  public AgentState state() {
    return state;
  }

  @Override
  public boolean isAlive() {
    if (baffling) {
      throw new IllegalStateException("whoever looks at it meets a defect");
    }
    return alive;
  }

  /** Whether whoever looks at it fails. */
  public void baffling(boolean now) {
    baffling = now;
  }

  @Override
  public StackTraceElement[] stack() {
    return new StackTraceElement[] {new StackTraceElement("Disk", "read", "Disk.java", 7)};
  }

  @Override
  public void stop() {
    token.cancel();
  }

  @Override
  public boolean join(long millis) {
    return !alive;
  }

  public boolean isStopped() {
    return token.isCancelled();
  }

  public void beat() {
    state.beat();
  }

  /** It sleeps because its rate asks for it, while something else happens. */
  public void whileThrottled(Runnable other) throws InterruptedException {
    token.sleepWhile(
        () -> {
          other.run();
          return 0;
        });
  }

  /** Its thread ends of something. */
  public void die(Throwable why) {
    state.ended(Optional.of(why));
    alive = false;
  }

  /** Its thread ends as it was told to. */
  public void end() {
    state.ended(Optional.empty());
    alive = false;
  }

  /** Takes what the board gives it next. */
  public Optional<Lease> leaseNext(PartitionBoard board) {
    return board.leaseNext(state);
  }

  /** Is at a lease that it took. */
  public void begin(Lease lease, String phase) {
    state.begin(lease, phase);
  }

  /** How far its clean is, of a hundred bytes. */
  public void read(long bytes) {
    state.goal(100);
    state.moved(bytes, 0);
  }

  /** The scout sees from outside what was rolled since the last look. */
  public static void rolled(PartitionBoard board, PartitionId id, long bytes) {
    PartitionCell cell = board.cell(id).orElseThrow();
    cell.rolled(cell.looks(), bytes);
  }

  /** Gives a lease back. */
  public void finish(PartitionBoard board, Lease lease) {
    board.release(lease);
    state.idle();
  }

  /** Fails at the partition that it has. */
  public void fail(PartitionBoard board, Lease lease, Cause cause, String reason, long nowMs) {
    board.failed(lease.partition(), new Failure(cause, state.id(), reason, "look", nowMs));
    finish(board, lease);
  }

  /** Cleans the partition that it has. */
  public void clean(PartitionBoard board, Lease lease, long nowMs) {
    clean(board, lease, new LastClean(nowMs, 100, 50, 60, 1, 0));
  }

  /** Cleans the partition that it has, in a way of the test's choice. */
  public void clean(PartitionBoard board, Lease lease, LastClean how) {
    PartitionCell cell = board.cell(lease.partition()).orElseThrow();
    Finding after =
        finding(PartitionStatus.CLEAN, 0, cell.finding().upperBoundOffset(), how.atMs());
    cell.cleaned(how, cell.finding().dirtyBytes(), after, PartitionCell.Look.NEVER);
    state.cleaned(how);
    finish(board, lease);
  }

  /** A clean that ends well and moves nothing. */
  public void cleanInVain(PartitionBoard board, Lease lease, long nowMs) {
    PartitionCell cell = board.cell(lease.partition()).orElseThrow();
    cell.cleaned(
        new LastClean(nowMs, 100, 100, 0, 1, 0), 0, cell.finding(), PartitionCell.Look.NEVER);
    finish(board, lease);
  }

  /** A partition of a log directory. */
  public static PartitionId id(String logDir, String topic, int number) {
    return new PartitionId(Path.of(logDir), new TopicPartition(topic, number));
  }

  /** The board learns which partitions a log directory holds. */
  public static void present(PartitionBoard board, PartitionId... ids) {
    Map<Path, Set<TopicPartition>> byDir = new TreeMap<>();
    for (PartitionId id : ids) {
      byDir.computeIfAbsent(id.logDir(), dir -> new java.util.HashSet<>()).add(id.partition());
    }
    byDir.forEach(board::present);
  }

  /** Someone looked into a partition. */
  public static void look(
      PartitionBoard board, PartitionId id, PartitionStatus status, long dirtyBytes, long nowMs) {
    board
        .cell(id)
        .orElseThrow()
        .finding(finding(status, dirtyBytes, 0, nowMs), PartitionCell.Look.NEVER);
  }

  /** Someone looked into a dirty partition, which need not be of the usual size. */
  public static void lookDirty(
      PartitionBoard board, PartitionId id, long dirtyBytes, double dirtyRatio, boolean overdue) {
    Finding usual = finding(PartitionStatus.DIRTY, dirtyBytes, 0, 0);
    board
        .cell(id)
        .orElseThrow()
        .finding(
            new Finding(
                usual.status(),
                usual.why(),
                usual.reason(),
                usual.sizeBytes(),
                dirtyBytes,
                dirtyRatio,
                usual.firstDirtyOffset(),
                usual.upperBoundOffset(),
                usual.logEndOffset(),
                overdue,
                usual.eligibleAtMs(),
                usual.atMs()),
            PartitionCell.Look.NEVER);
  }

  /** Someone looked into a partition that is eligible, and past its lag limit from a time on. */
  public static void lookDue(PartitionBoard board, PartitionId id, long dueAtMs, long nowMs) {
    board
        .cell(id)
        .orElseThrow()
        .finding(
            finding(PartitionStatus.DIRTY, 100, 0, OptionalLong.of(dueAtMs), nowMs),
            PartitionCell.Look.NEVER);
  }

  private static Finding finding(
      PartitionStatus status, long dirtyBytes, long firstDirtyOffset, long nowMs) {
    return finding(status, dirtyBytes, firstDirtyOffset, OptionalLong.empty(), nowMs);
  }

  private static Finding finding(
      PartitionStatus status,
      long dirtyBytes,
      long firstDirtyOffset,
      OptionalLong dueAtMs,
      long nowMs) {
    return new Finding(
        status,
        "test",
        "so it was found",
        1_000,
        dirtyBytes,
        dirtyBytes / 1_000.0,
        firstDirtyOffset,
        60,
        61,
        dueAtMs.orElse(Long.MAX_VALUE) < nowMs,
        dueAtMs,
        nowMs);
  }

  /** Puppets in their places. */
  public static final class Troupe implements Workers {

    private final Clock clock;
    private final Map<String, Puppet> puppets = new TreeMap<>();
    private boolean full;

    public Troupe(Clock clock, String... ids) {
      this.clock = clock;
      for (String id : ids) {
        start(id);
      }
    }

    @Override
    public List<Puppet> agents() {
      return List.copyOf(puppets.values());
    }

    @Override
    public void start(String id) {
      if (full) {
        throw new OutOfMemoryError("unable to create native thread");
      }
      puppets.put(id, new Puppet(id, clock));
    }

    @Override
    public Optional<Path> boundTo(String id) {
      return id.startsWith(Crew.SCOUT) ? Optional.of(Path.of("/logs")) : Optional.empty();
    }

    /** Whether no thread can be made. */
    public void full(boolean now) {
      full = now;
    }

    /** Who has a place now. */
    public Puppet at(String id) {
      return puppets.get(id);
    }
  }
}
