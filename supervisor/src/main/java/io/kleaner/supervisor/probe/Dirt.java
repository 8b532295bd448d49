// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe;

/**
 * What got dirty and what was cleaned since the service started; immutable. The first two only
 * grow, but for looks that correct them.
 *
 * @param arrivedBytes that got dirty while it was watched
 * @param cleanedBytes that were cleaned away by cleans that ended
 * @param underWayBytes that cleans under way are through with: one may take longer than any window
 *     that a trend is taken from
 */
public record Dirt(long arrivedBytes, long cleanedBytes, long underWayBytes) {

  /** Before anything was seen. */
  public static final Dirt NONE = new Dirt(0, 0, 0);

  /** What was done about it; less than before if a clean ended in the middle. */
  public long doneBytes() {
    return cleanedBytes + underWayBytes;
  }

  /** Both together. */
  public Dirt plus(Dirt other) {
    return new Dirt(
        arrivedBytes + other.arrivedBytes,
        cleanedBytes + other.cleanedBytes,
        underWayBytes + other.underWayBytes);
  }
}
