// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What the HTTP layer shows, and what it can ask for. Every method returns at once: nothing here
 * waits for a worker or a disk. Thread-safe.
 */
public interface ServiceApi {

  /** Whether the supervisor itself gets on. */
  Health alive();

  /** Whether the service can do at least some of what it is there for; the detail says how much. */
  Health ready();

  /** The metrics as text. */
  String metrics(boolean openMetrics);

  /** The whole on one page. */
  Map<String, Object> status();

  /** Every partition, the dirtiest first. */
  List<Map<String, Object>> partitions();

  /**
   * What is to be said in plain words of each partition of a broker that is watched; nothing where
   * none is. An item is put together when it is read, so reading a page costs that page alone.
   *
   * @param name of a topic, or of one partition; empty for all
   */
  default List<Map<String, Object>> stories(String name) {
    return List.of();
  }

  /** Every worker. */
  List<Map<String, Object>> workers();

  /** The latest incidents, newest first. */
  List<Map<String, Object>> incidents();

  /** Alerts that are pending, firing, or were lately resolved; the most urgent first. */
  List<Map<String, Object>> alerts();

  /**
   * Does something.
   *
   * @param target a partition, with its log directory's name if need be, or a worker
   * @param reason for the journal; of chaos: which fault
   */
  ActionResult act(Action action, String target, String reason);

  /**
   * Changes the rate at which all workers together read and write, from now on.
   *
   * @param bytesPerSecond above 0; empty for no limit
   */
  default ActionResult throttle(OptionalLong bytesPerSecond) {
    return ActionResult.refused("there is nothing here whose rate could be changed");
  }

  /**
   * Does something that a person has to confirm.
   *
   * @param confirm what the person named, empty if nothing
   */
  default ActionResult act(Action action, String target, String reason, String confirm) {
    return act(action, target, reason);
  }

  /** Remedies that are asked for, under way, or lately ended; the newest first. */
  default List<Map<String, Object>> remedies() {
    return List.of();
  }

  /**
   * Listens to what happens.
   *
   * @param listener called on a thread of the service; must not wait
   * @return ends it when closed
   */
  Subscription subscribe(Consumer<Event> listener);

  /** Ends when it is closed. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** What came of a look at the files of the TLS certificate that found something new. */
  sealed interface CertificateNews {

    /** They changed, and are used from now on. */
    record Renewed() implements CertificateNews {}

    /** What was wrong with them is over, and they are those that were in use all the time. */
    record AsBefore() implements CertificateNews {}

    /**
     * They are not used, and what was in use before is kept.
     *
     * @param problem why
     */
    record NotTaken(String problem) implements CertificateNews {}
  }

  /** There is news of the TLS certificate; may be told again. */
  void certificate(CertificateNews news);

  /** Whether the fault switch is there. */
  boolean chaosEnabled();

  /** What can be asked for. */
  enum Action {
    CLEAN,
    QUARANTINE,
    RELEASE,
    CHAOS,
    REVIVE,
    APPROVE,
    DECLINE
  }

  /** Well or not, and why. */
  record Health(boolean ok, String detail) {}

  /** What became of an action. */
  record ActionResult(Outcome outcome, String message) {

    /** What became of it. */
    public enum Outcome {
      DONE,
      NOT_FOUND,
      REFUSED
    }

    /** It is done, or under way. */
    public static ActionResult done(String message) {
      return new ActionResult(Outcome.DONE, message);
    }

    /** It is not done. */
    public static ActionResult refused(String why) {
      return new ActionResult(Outcome.REFUSED, why);
    }

    /** There is no such thing. */
    public static ActionResult notFound(String what) {
      return new ActionResult(Outcome.NOT_FOUND, what);
    }
  }

  /**
   * Something happened.
   *
   * @param id ascending
   * @param type worker, partition, incident, alert or status
   */
  record Event(long id, String type, Map<String, Object> data) {}
}
