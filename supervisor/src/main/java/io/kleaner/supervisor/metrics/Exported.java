// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Which partitions have series of their own where there are too many for all of them. */
public final class Exported {

  /** At most so many have. */
  public static final int MAX_PARTITIONS = 5_000;

  private Exported() {}

  /**
   * Those that are left alone first, then by dirty ratio; else in the order in which they come.
   *
   * @param leftAlone whether nobody cleans it before something is done about it
   * @param dirtyRatio 0 to 1, less if it is not known
   */
  public static <P> List<P> of(
      Collection<P> all, Predicate<P> leftAlone, ToDoubleFunction<P> dirtyRatio) {
    ToDoubleFunction<P> weight =
        each -> leftAlone.test(each) ? Double.MAX_VALUE : dirtyRatio.applyAsDouble(each);
    return all.stream()
        .sorted(Comparator.comparingDouble(weight).reversed())
        .limit(MAX_PARTITIONS)
        .toList();
  }
}
