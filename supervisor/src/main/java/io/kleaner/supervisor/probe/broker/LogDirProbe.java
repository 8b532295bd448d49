// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.InvalidSettingsException;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.TopicSettings;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Looks into one log directory of a running broker; reads only, and never takes its lock.
 *
 * <p>A look is cheap however many partitions there are: a partition is looked into when names in
 * its directory, its entry in the cleaner's checkpoint or its settings changed, and else now and
 * then; only so many at a time. Whether names in a directory changed is asked at once where a
 * checkpoint shows that its log moved, of all others by turns. Not thread-safe; owned by one
 * lookout.
 */
final class LogDirProbe implements AutoCloseable {

  private static final int LOOKS_AT_ONCE = 200;

  /** Directories are asked for their times so many at a look at least, and all in so many looks. */
  private static final int TURNS_AT_ONCE = 200;

  private static final int LOOKS_FOR_ALL = 5;

  private static final long LOOKS_NS = 100_000_000L;
  private static final long SAMPLE_EVERY_MS = 15_000;

  private final FileSystem fileSystem;
  private final Clock clock;
  private final Path dir;
  private final SettingsResolver fallback;
  private final Supplier<Map<TopicPartition, AdminPartition>> admin;
  private final Predicate<TopicPartition> asked;
  private final Checkpoints checkpoints;
  private final FactsLook facts;
  private final ReclaimSampler sampler;
  private final AheadReader ahead;
  private final AheadPace aheadPace;
  private final Pace sampling;
  private final Map<TopicPartition, WatchedPartition> watched = new HashMap<>();
  private final Map<String, Live> live = new HashMap<>();

  /** What the directory's path leads to. */
  private Optional<Path> real = Optional.empty();

  private Optional<LogDir> understood = Optional.empty();
  private Set<String> names = Set.of();

  /** The same partitions in the order of their turns, and whose is next. */
  private List<WatchedPartition> turns = List.of();

  private int turn;

  /** What was seen of each at the last look. */
  private Map<TopicPartition, PartitionView> views = Map.of();

  /** What the Admin API said at the last look. */
  private Map<TopicPartition, AdminPartition> said = Map.of();

  /** What the engine makes of a topic's settings as the broker said them. */
  private record Live(TopicConfig config, TopicSettings settings) {}

  /** For nobody in particular. */
  LogDirProbe(
      FileSystem fileSystem,
      Clock clock,
      Path dir,
      SettingsResolver fallback,
      Supplier<Map<TopicPartition, AdminPartition>> admin) {
    this(fileSystem, clock, dir, fallback, admin, partition -> false);
  }

  /**
   * @param fallback where settings come from if the Admin API doesn't say
   * @param admin what the Admin API says, nothing if it doesn't: an immutable map, the same while
   *     it says the same
   * @param asked partitions that somebody waits for: looked into, sampled and read before all
   *     others, and at each look
   */
  LogDirProbe(
      FileSystem fileSystem,
      Clock clock,
      Path dir,
      SettingsResolver fallback,
      Supplier<Map<TopicPartition, AdminPartition>> admin,
      Predicate<TopicPartition> asked) {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.dir = dir;
    this.fallback = fallback;
    this.admin = admin;
    this.asked = asked;
    this.checkpoints = new Checkpoints(fileSystem, dir);
    this.facts = new FactsLook(fileSystem);
    this.sampler = new ReclaimSampler(fileSystem);
    this.ahead = new AheadReader(fileSystem, clock);
    this.aheadPace = new AheadPace(clock);
    this.sampling = new Pace(clock, SAMPLE_EVERY_MS);
  }

  /** As many times as seldom it may look as at few partitions; not before it has seen each once. */
  int times() {
    return turns.stream().allMatch(WatchedPartition::wasLookedInto) ? Pace.times(turns.size()) : 1;
  }

  /** Looks once. */
  LogDirView look() throws IOException {
    boolean others = list();
    if (checkpoints.read() || others) {
      noteCheckpoints();
    }
    Map<TopicPartition, AdminPartition> says = admin.get();
    if (says != said || others) {
      said = says;
      noteConfigs();
    }
    lookAtDirectories();
    lookInto();
    sample();
    readAhead();
    return new LogDirView(facts.look(understood.orElseThrow(), checkpoints.problems()), views());
  }

  /** Of all partitions; the same map while nothing new is seen of any. */
  private Map<TopicPartition, PartitionView> views() {
    if (views.size() != turns.size() || turns.stream().anyMatch(WatchedPartition::hasNews)) {
      Map<TopicPartition, PartitionView> now = new HashMap<>(2 * turns.size());
      turns.forEach(each -> now.put(each.partition(), each.view()));
      views = Map.copyOf(now);
    }
    return views;
  }

  /** Lists names, and understands the directory anew if they changed; whether they did. */
  private boolean list() throws IOException {
    Path target = fileSystem.realPath(dir);
    if (!real.equals(Optional.of(target))) {
      // A link that names another directory by now: nothing of the former is of it.
      real = Optional.of(target);
      understood = Optional.empty();
      watched.clear();
    }
    Set<String> now = fileSystem.names(dir);
    if (understood.isPresent() && now.equals(names)) {
      return false;
    }
    understood = Optional.of(new LogDirReader(fileSystem).read(dir));
    names = now;
    Set<TopicPartition> present = new HashSet<>();
    Set<String> topics = new HashSet<>();
    for (Path partitionDir : understood.get().partitions()) {
      TopicPartition partition =
          TopicPartition.ofDirectoryName(partitionDir.getFileName().toString()).orElseThrow();
      present.add(partition);
      topics.add(partition.topic());
      watched.computeIfAbsent(
          partition, each -> new WatchedPartition(fileSystem, partitionDir, partition));
    }
    watched.keySet().retainAll(present);
    live.keySet().retainAll(topics);
    turns = List.copyOf(watched.values());
    return true;
  }

  private void noteCheckpoints() {
    long nowMs = clock.nowMs();
    watched.forEach(
        (partition, each) ->
            each.noteCheckpoints(
                new WatchedPartition.Checkpointed(
                    checkpoints.get(CheckpointFile.CLEANER, partition),
                    checkpoints.get(CheckpointFile.HIGH_WATERMARK, partition),
                    checkpoints.get(CheckpointFile.LOG_START, partition)),
                nowMs));
  }

  private void noteConfigs() {
    watched.forEach(
        (partition, each) ->
            each.noteConfig(
                Optional.ofNullable(said.get(partition)).flatMap(says -> says.config().get())));
  }

  private void lookAtDirectories() throws IOException {
    int many = Math.max(TURNS_AT_ONCE, (turns.size() + LOOKS_FOR_ALL - 1) / LOOKS_FOR_ALL);
    for (int i = Math.min(many, turns.size()); i > 0; i--) {
      turn = (turn + 1) % turns.size();
      lookAt(turns.get(turn));
    }
    for (WatchedPartition each : turns) {
      if (each.mayHaveChanged()) {
        lookAt(each);
      }
    }
  }

  private void lookAt(WatchedPartition each) throws IOException {
    each.noteDirectory(fileSystem.stat(each.dir()));
  }

  private void lookInto() throws IOException {
    long nowNs = clock.nanoTime();
    List<WatchedPartition> due = new ArrayList<>();
    int times = Pace.times(turns.size());
    for (WatchedPartition each : turns) {
      if (each.isDue(nowNs, times) || isAsked(each)) {
        due.add(each);
      }
    }
    due.sort(askedFirst().thenComparingLong(WatchedPartition::lastLookNs));
    Map<String, TopicSettings> settings = new HashMap<>();
    for (WatchedPartition each : due.subList(0, Math.min(LOOKS_AT_ONCE, due.size()))) {
      lookAt(each);
      each.look(
          new FilesLook.Beside(
              settings.computeIfAbsent(
                  each.partition().topic(), topic -> settings(topic, each.config())),
              each.checkpointed(),
              Optional.ofNullable(said.get(each.partition()))
                  .flatMap(says -> says.offsets().get())),
          clock);
      if (clock.nanoTime() - nowNs > LOOKS_NS) {
        // A slow disk, or a busy machine: the others come first next time.
        return;
      }
    }
  }

  /** As the broker says them, else by files; none where those are wrong. */
  private TopicSettings settings(String topic, Optional<TopicConfig> says) {
    if (says.isPresent()) {
      Live known = live.get(topic);
      if (known == null || !known.config().equals(says.get())) {
        known = new Live(says.get(), LiveSettings.of(says.get()));
        live.put(topic, known);
      }
      return known.settings();
    }
    try {
      return fallback.resolve(topic, Optional.empty());
    } catch (InvalidSettingsException e) {
      return TopicSettings.of(Map.of());
    }
  }

  private boolean isAsked(WatchedPartition each) {
    return asked.test(each.partition());
  }

  private Comparator<WatchedPartition> askedFirst() {
    return Comparator.comparing(this::isAsked).reversed();
  }

  /**
   * One now and then, and those that are asked for at once. Whoever was not sampled for longest has
   * its turn, so that none waits for ever behind those that grow fast. None wants it before its
   * policy is known.
   */
  private void sample() {
    long beganNs = clock.nanoTime();
    boolean due = sampling.isDue();
    List<WatchedPartition> turn =
        watched.values().stream()
            .filter(each -> (due || isAsked(each)) && each.wantsSample())
            .sorted(
                askedFirst()
                    .thenComparingLong(WatchedPartition::lastSampleNs)
                    .thenComparing(
                        Comparator.comparingLong(WatchedPartition::unsampledBytes).reversed()))
            .toList();
    for (int i = 0; i < turn.size(); i++) {
      if (i > 0 && (!isAsked(turn.get(i)) || clock.nanoTime() - beganNs > LOOKS_NS)) {
        return;
      }
      turn.get(i).sample(sampler, clock);
      sampling.done();
    }
  }

  /**
   * What has to be looked at again comes first, then whoever was not read for longest, so that each
   * gets its turn.
   */
  private void readAhead() {
    long credit = aheadPace.credit();
    List<WatchedPartition> due =
        watched.values().stream()
            .filter(each -> each.wantsSecondLook() || (credit > 0 && each.wantsReadAhead()))
            .sorted(
                Comparator.comparing(WatchedPartition::wantsSecondLook)
                    .reversed()
                    .thenComparing(askedFirst())
                    .thenComparingLong(WatchedPartition::lastReadAheadNs))
            .limit(LOOKS_AT_ONCE)
            .toList();
    if (due.isEmpty()) {
      return;
    }
    AheadBudget budget = new AheadBudget(clock, credit);
    for (WatchedPartition each : due) {
      if (budget.isLate() || (budget.isSpent() && !each.wantsSecondLook())) {
        break;
      }
      each.readAhead(ahead, budget, clock);
    }
    aheadPace.spent(budget);
  }

  /** Frees what reading ahead holds. */
  @Override
  public void close() {
    ahead.close();
  }
}
