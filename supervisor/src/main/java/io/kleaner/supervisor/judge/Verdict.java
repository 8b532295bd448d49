// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

/**
 * What is to be thought of a worker, a partition or a log directory.
 *
 * <p>Nothing is healthy of which nothing is known: that is {@link Unknown}.
 */
public sealed interface Verdict {

  /** What was seen, with numbers. */
  String evidence();

  /** For programs and metrics. */
  default String name() {
    return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  /** It does what it should. */
  record Healthy(String evidence) implements Verdict {}

  /** It works, worse than it should. */
  record Degraded(String evidence) implements Verdict {}

  /** Workers look fine, and still nothing gets clean. */
  record Stalled(String evidence) implements Verdict {}

  /** More gets dirty than is cleaned. */
  record FallingBehind(String evidence) implements Verdict {}

  /** A worker is there and does not get on. */
  record Hung(String evidence) implements Verdict {}

  /** A worker's thread has ended. */
  record Dead(String evidence) implements Verdict {}

  /** No data, or data too old to say anything. */
  record Unknown(String evidence) implements Verdict {}
}
