// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Optional;
import java.util.function.Function;

/**
 * A value that was seen, or why it was not: no data is a value. Whoever judges must treat {@link
 * Missing} as unknown, never as healthy. Immutable if the value is.
 *
 * @param <T> what is seen
 */
public sealed interface Seen<T> {

  /**
   * It was seen.
   *
   * @param value what
   * @param atMs when, milliseconds since the epoch by this machine's clock
   */
  record Known<T>(T value, long atMs) implements Seen<T> {}

  /**
   * It was not seen.
   *
   * @param source that would know it
   * @param why it doesn't: not asked for, not answering, not offered by this release; a sentence
   */
  record Missing<T>(Source source, String why) implements Seen<T> {

    /** What the source would add, as the end of a sentence. */
    public String wouldAdd() {
      return source.wouldAdd();
    }

    /** The same for a value of another kind. */
    public <U> Missing<U> as() {
      return new Missing<>(source, why);
    }
  }

  /** A value seen at a time. */
  static <T> Seen<T> known(T value, long atMs) {
    return new Known<>(value, atMs);
  }

  /** A value that a source does not give. */
  static <T> Seen<T> missing(Source source, String why) {
    return new Missing<>(source, why);
  }

  /** A value of a source that the user did not name. */
  static <T> Seen<T> notAsked(Source source) {
    return new Missing<>(source, "no " + source.option() + " was given");
  }

  /** The value, if it was seen. */
  default Optional<T> get() {
    return this instanceof Known<T> known ? Optional.of(known.value()) : Optional.empty();
  }

  /** What is made of the value, seen at the same time; missing stays missing. */
  default <U> Seen<U> map(Function<? super T, ? extends U> change) {
    if (this instanceof Known<T> known) {
      return new Known<>(change.apply(known.value()), known.atMs());
    }
    return ((Missing<T>) this).as();
  }

  /** This if it is known, else another. */
  default Seen<T> or(Seen<T> other) {
    return this instanceof Known ? this : other;
  }

  /** How old the value is, {@link Long#MAX_VALUE} if it was not seen. */
  default long ageMs(long nowMs) {
    return this instanceof Known<T> known ? Math.max(0, nowMs - known.atMs()) : Long.MAX_VALUE;
  }
}
