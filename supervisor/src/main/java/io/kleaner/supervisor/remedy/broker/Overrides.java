// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Sets settings for a while and takes them back exactly: what was set on the target itself gets its
 * former text, what was not set there is deleted, and what an operator set in the meantime stays.
 * Each change is in the journal before it is made. Thread-safe as far as nobody else changes the
 * same setting of the same target through it.
 */
public final class Overrides {

  private static final Duration VISIBLE = Duration.ofSeconds(15);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(25);

  private final ConfigAccess access;
  private final OverrideJournal journal;
  private final Clock clock;
  private final DeletedTopics deleted;
  private final EndedIsolations endedIsolations;

  /** Takes its parts; all stay open and are the caller's. Waits for what it must, whatever ends. */
  public Overrides(ConfigAccess access, OverrideJournal journal, Clock clock) {
    this(access, journal, clock, new CancelToken());
  }

  /**
   * Takes its parts; all stay open and are the caller's.
   *
   * @param token once it is cancelled nobody waits any longer to be sure that a topic was deleted:
   *     its overrides stay in the journal, for the next start
   */
  public Overrides(ConfigAccess access, OverrideJournal journal, Clock clock, CancelToken token) {
    this.access = access;
    this.journal = journal;
    this.clock = clock;
    this.deleted = new DeletedTopics(access, clock, token);
    this.endedIsolations = new EndedIsolations(access, clock);
  }

  /** How an override ended. */
  public enum Ending {
    /** The former text is back. */
    RESTORED,
    /** Somebody has set another text since; it was left alone. */
    LEFT_TO_OPERATOR,
    /** The topic was deleted, and its settings with it; that is looked at for a while first. */
    GONE,
    /** It stays, and was seen to work only now. */
    VERIFIED,
    /** It is still ours: it could not be taken back now. */
    STILL_OURS
  }

  /**
   * What became of an override.
   *
   * @param sentence for a person
   * @param triedAgain whether it is taken back later without a person, as soon as that can be
   */
  public record Restored(
      ConfigOverride override, Ending ending, String sentence, boolean triedAgain) {

    /** It is tried again as long as it is ours. */
    public Restored(ConfigOverride override, Ending ending, String sentence) {
      this(override, ending, sentence, ending == Ending.STILL_OURS);
    }

    /** Whether nothing of ours is left. */
    public boolean isOver() {
      return ending != Ending.STILL_OURS;
    }
  }

  /** Reads and changes settings without a journal. */
  public ConfigAccess access() {
    return access;
  }

  /** What is ours now, the oldest first, of whichever cluster. */
  public List<ConfigOverride> open() {
    return journal.open();
  }

  /**
   * What is ours now in the cluster at hand, as far as a journal tells, the oldest first.
   *
   * @throws IOException if it doesn't tell which cluster it is
   */
  List<ConfigOverride> openHere() throws IOException {
    Optional<String> here = access.clusterId();
    return journal.open().stream().filter(each -> !each.isElsewhere(here)).toList();
  }

  /**
   * Sets settings and waits until the broker shows them. What has the wanted text already is left
   * alone, and is not ours.
   *
   * @return what was set; to be restored by the caller, or at the next start
   * @throws IOException if they could not be set; those that were are taken back, or if that fails
   *     too, stay in the journal
   */
  public List<ConfigOverride> set(ConfigTarget target, Map<String, String> texts, Purpose purpose)
      throws IOException {
    Optional<String> here = access.clusterId();
    Map<String, Former> former = access.read(target, texts.keySet());
    List<ConfigOverride> begun = new ArrayList<>();
    Map<String, Optional<String>> changes = new TreeMap<>();
    try {
      for (Map.Entry<String, String> each : texts.entrySet()) {
        Former was = former.get(each.getKey());
        if (!was.own().equals(Optional.of(each.getValue()))) {
          begun.add(
              journal.begin(
                  here, target, each.getKey(), was, each.getValue(), purpose, clock.nowMs()));
          changes.put(each.getKey(), Optional.of(each.getValue()));
        }
      }
      if (!changes.isEmpty()) {
        access.change(target, changes);
        awaitVisible(
            target,
            changes.keySet(),
            now ->
                changes.entrySet().stream()
                    .allMatch(each -> now.get(each.getKey()).own().equals(each.getValue())));
      }
      return begun;
    } catch (IOException | RuntimeException e) {
      undo(begun, e);
      throw e;
    }
  }

  /**
   * Takes back what was set for something that failed.
   *
   * @param why it failed; what could not be taken back is added to it
   */
  void undo(List<ConfigOverride> begun, Exception why) {
    for (ConfigOverride each : begun) {
      Restored undone = restore(each);
      if (!undone.isOver()) {
        why.addSuppressed(new IOException(undone.sentence()));
      }
    }
  }

  private void awaitVisible(
      ConfigTarget target, Set<String> keys, Predicate<Map<String, Former>> isApplied)
      throws IOException {
    long deadlineNs = clock.nanoTime() + VISIBLE.toNanos();
    CancelToken pause = new CancelToken();
    while (true) {
      if (isApplied.test(access.read(target, keys))) {
        return;
      }
      if (clock.nanoTime() - deadlineNs >= 0) {
        throw new IOException(
            "the cluster took the change of "
                + keys
                + " on "
                + target
                + ", but the broker has not applied it after "
                + VISIBLE.toSeconds()
                + " s: it may not be applying metadata at all");
      }
      try {
        pause.sleep(POLL_NS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + target, e);
      }
    }
  }

  /** Takes one override back, unless an operator has changed the setting since. Never throws. */
  public Restored restore(ConfigOverride override) {
    try {
      return tryRestore(override);
    } catch (Answers.NoSuchTopicException e) {
      return ofMissingTopic(override);
    } catch (IOException | RuntimeException e) {
      return StillOurs.failed(override, e);
    }
  }

  private Restored ofMissingTopic(ConfigOverride override) {
    try {
      if (override.clusterId().isEmpty()) {
        return StillOurs.elsewhere(override, access.clusterId(), journal.file());
      }
      return deleted.isDeleted(override.target().name())
          ? end(override, Ending.GONE, override.target() + " is gone, and its settings with it")
          : tryRestore(override);
    } catch (IOException | RuntimeException e) {
      return StillOurs.failed(override, e);
    }
  }

  private Restored tryRestore(ConfigOverride override) throws IOException {
    Optional<String> here = access.clusterId();
    if (override.isElsewhere(here)) {
      return StillOurs.elsewhere(override, here, journal.file());
    }
    Set<String> keys = new TreeSet<>(Isolation.SETTINGS.keySet());
    keys.add(override.key());
    Map<String, Former> found = access.read(override.target(), keys);
    Optional<String> now = found.get(override.key()).own();
    Optional<String> former = override.former().own();
    if (override.clusterId().isEmpty() && !now.equals(Optional.of(override.ours()))) {
      // Set elsewhere, for all that is known: what is seen here must not end it.
      return StillOurs.elsewhere(override, here, journal.file());
    }
    if (OnDemandSettings.isUnderIsolation(override)
        && TopicIsolation.isIsolated(key -> found.get(key).own())) {
      return StillOurs.isolated(override);
    }
    // The former text may be what a broker still shows that has not applied our change yet.
    if (!now.equals(Optional.of(override.ours())) && !now.equals(former)) {
      return end(
          override,
          Ending.LEFT_TO_OPERATOR,
          override.key()
              + " on "
              + override.target()
              + " is "
              + now.map(text -> "'" + text + "'").orElse("not set")
              + " now, which is not what Kleaner set; it was left alone");
    }
    access.change(override.target(), Map.of(override.key(), former));
    // Who waited for it may have set the next text by the time it is looked at.
    awaitVisible(
        override.target(),
        Set.of(override.key()),
        seen -> !seen.get(override.key()).own().equals(Optional.of(override.ours())));
    return end(
        override,
        Ending.RESTORED,
        override.key()
            + " on "
            + override.target()
            + former.map(text -> " is '" + text + "' again").orElse(" is not set there again")
            + OnDemandSettings.told(override));
  }

  /**
   * Ends an override whose setting somebody else has changed since: what is there now is theirs.
   *
   * @throws IOException if the journal can't take note of it; the override is still open then
   */
  public void leaveToOperator(ConfigOverride override) throws IOException {
    journal.end(override);
  }

  /**
   * The effect of an override was seen; what can't be noted is looked at again at the next start.
   */
  void verified(ConfigOverride override) {
    try {
      journal.verified(override);
    } catch (IOException e) {
      // The remedy did what it should, and the next start finds that out once more.
      return;
    }
  }

  private Restored end(ConfigOverride override, Ending ending, String sentence) {
    try {
      journal.end(override);
      return new Restored(override, ending, sentence);
    } catch (IOException e) {
      return new Restored(
          override,
          ending,
          sentence
              + "; the journal could not take note of it ("
              + e.getMessage()
              + "), so it is looked at once more");
    }
  }

  /**
   * Takes back what a run left that ended in the middle, and what is left of an isolation that is
   * none any more. Restoring a broker's setting restarts its cleaner, so that waits until the gate
   * is open; a topic's restarts nothing.
   *
   * @param gate why a broker's cleaner must not be restarted now; empty if it may
   * @return what became of each that was not meant to stay, or is of another cluster
   */
  public List<Restored> recover(Supplier<Optional<String>> gate) {
    List<ConfigOverride> open = journal.open();
    if (open.isEmpty()) {
      return List.of();
    }
    // The newest first: what it found may be what an older one of ours had set.
    Collections.reverse(open);
    List<Restored> all = new ArrayList<>();
    try {
      Optional<String> here = access.clusterId();
      Map<ConfigOverride, EndedIsolations.Rest> ended = endedIsolations.look(open, here);
      for (ConfigOverride each : open) {
        if (each.isElsewhere(here)) {
          all.add(StillOurs.elsewhere(each, here, journal.file()));
        } else if (ended.get(each) == EndedIsolations.Rest.NONE && each.clusterId().isPresent()) {
          all.add(endedByHand(each));
        } else if (!each.purpose().isLasting() || ended.containsKey(each)) {
          all.add(recover(each, gate));
        }
      }
    } catch (IOException | RuntimeException e) {
      Set<ConfigOverride> ended = endedIsolations.last(open);
      open.stream()
          .filter(each -> !each.purpose().isLasting() || ended.contains(each))
          .forEach(each -> all.add(StillOurs.failed(each, e)));
    }
    return all;
  }

  /** Sets nothing: a broker that is behind must not lift what is in force on all others. */
  private Restored endedByHand(ConfigOverride override) {
    return end(
        override,
        Ending.LEFT_TO_OPERATOR,
        override.key()
            + " on "
            + override.target()
            + " is not what its isolation set any more (it was "
            + override.former().own().map(text -> "'" + text + "'").orElse("not set")
            + " there before), and this broker has shown none of that isolation for a minute: it was"
            + " ended by hand, or never set, and what is there was left alone. If the broker was"
            + " behind, the topic is isolated still, and what was there before is given back by: "
            + override.undoCommand());
  }

  private Restored recover(ConfigOverride override, Supplier<Optional<String>> gate) {
    Optional<String> shut =
        override.target().kind() == ConfigTarget.Kind.BROKER ? gate.get() : Optional.empty();
    return shut.map(why -> StillOurs.shut(override, why)).orElseGet(() -> restore(override));
  }
}
