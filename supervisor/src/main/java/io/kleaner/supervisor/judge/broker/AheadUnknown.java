// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.List;

/** What is not known of what the next clean of a partition will meet. Pure. */
final class AheadUnknown {

  private static final String WHAT = "whether the next clean meets a batch that is spoilt: ";

  private AheadUnknown() {}

  /** A sentence each; none where nothing is to be cleaned, or its files are not seen. */
  static List<String> of(BrokerPartition partition) {
    List<String> unknown = new ArrayList<>();
    if (partition.files() instanceof Seen.Known<PartitionFiles> files
        && partition.ahead() instanceof Seen.Missing<CleanAhead> missing
        && (files.value().dirtyBytes() > 0
            || files.value().eligibility().kind() == Eligibility.Kind.UNKNOWN_POLICY)) {
      unknown.add(WHAT + missing.why());
    }
    partition.ahead().get().ifPresent(ahead -> of(ahead, unknown));
    return unknown;
  }

  private static void of(CleanAhead ahead, List<String> unknown) {
    ahead.unreadable().ifPresent(why -> unknown.add(WHAT + why));
    if (ahead.suspects() > 0) {
      unknown.add(
          WHAT + "places that look so, " + ahead.suspects() + " of them, are looked at once more");
    }
    List<Trouble> unmeasured =
        ahead.troubles().stream()
            .filter(each -> each.kind() == CleanAhead.Kind.UNMEASURED)
            .toList();
    if (!unmeasured.isEmpty()) {
      Trouble first = unmeasured.get(0);
      unknown.add(
          WHAT
              + first.text()
              + " (segment "
              + first.segment()
              + ", offset "
              + first.baseOffset()
              + ")"
              + (unmeasured.size() > 1 ? ", and " + (unmeasured.size() - 1) + " more" : ""));
    }
  }
}
