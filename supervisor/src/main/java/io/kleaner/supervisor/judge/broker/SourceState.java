// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.Source;

/**
 * Whether a source gives anything now.
 *
 * @param why it doesn't, empty if it does
 * @param ageMs of the newest that it gave, -1 if it gave nothing
 */
public record SourceState(Source source, Kind kind, String why, long ageMs) {

  /** How a source is. */
  public enum Kind {
    KNOWN,
    MISSING,
    NOT_ASKED
  }
}
