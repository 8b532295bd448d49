// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.KeySearch;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.ondemand.ErasureProof;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints what came of a compaction on demand. */
final class CompactNowReport {

  private final Terminal terminal;
  private final boolean json;

  CompactNowReport(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  void print(OnDemandReport outcome, List<Restored> recovered, List<ErasureProof.Finding> proofs) {
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("partitions", outcome.partitions().stream().map(CompactNowReport::map).toList());
      all.put("refused", outcome.refused().stream().map(CompactNowReport::map).toList());
      all.put("settings", outcome.restored().stream().map(CompactNowReport::map).toList());
      all.put("recovered", recovered.stream().map(CompactNowReport::map).toList());
      all.put("proofs", proofs.stream().map(CompactNowReport::map).toList());
      all.put("done", outcome.isDone() && outcome.refused().isEmpty());
      all.put("bytesReclaimed", reclaimed(outcome));
      terminal.println(Json.text(all));
      return;
    }
    for (OnDemandReport.Refusal each : outcome.refused()) {
      terminal.problem("kleaner: " + each.topic() + " was left alone: " + each.reason());
      terminal.problem("  " + each.nextStep());
    }
    outcome.partitions().forEach(this::line);
    if (!outcome.partitions().isEmpty()) {
      terminal.println(Sizes.text(Math.max(0, reclaimed(outcome))) + " reclaimed");
    }
    long left = outcome.restored().stream().filter(each -> !each.isOver()).count();
    if (left > 0) {
      terminal.problem("kleaner: " + left + " settings are still ours, see above");
    }
    proofs.forEach(this::proof);
  }

  private static long reclaimed(OnDemandReport outcome) {
    return outcome.partitions().stream()
        .mapToLong(each -> each.bytesBefore() - each.bytesAfter())
        .sum();
  }

  private void line(OnDemandReport.Partition each) {
    String replicas =
        each.unwatched().isEmpty() || each.status() == OnDemandReport.Status.NOT_WATCHED
            ? ""
            : "; replicas on brokers " + each.unwatched() + " were not watched";
    String sizes =
        each.status() == OnDemandReport.Status.NOT_WATCHED
            ? ""
            : " up to offset "
                + each.cleanedTo()
                + " of "
                + each.oldEnd()
                + ", "
                + Sizes.text(each.bytesBefore())
                + " -> "
                + Sizes.text(each.bytesAfter());
    terminal.println(
        each.partition()
            + ": "
            + each.status().label()
            + sizes
            + (each.reason().isEmpty() ? "" : "; " + each.reason())
            + replicas);
  }

  private void proof(ErasureProof.Finding finding) {
    terminal.println(finding.partition() + ": " + verdict(finding));
    finding
        .result()
        .ifPresent(
            result -> {
              terminal.println(
                  "  read: "
                      + finding.dir()
                      + ", offsets "
                      + result.readFrom()
                      + " to "
                      + (result.readEnd() - 1)
                      + ", of them in the active segment "
                      + result.activeFrom()
                      + " and above; what is appended later was not read");
              result.unread().forEach(each -> terminal.println("  not read: " + each));
              result
                  .retired()
                  .forEach(each -> terminal.println("  not read, still on disk: " + each));
            });
    finding
        .otherCopies()
        .forEach(each -> terminal.println("  not read, another copy of its records: " + each));
    if (!finding.unread().isEmpty()) {
      terminal.println("  not read: the replicas on brokers " + finding.unread());
    }
  }

  private static String verdict(ErasureProof.Finding finding) {
    if (finding.result().isEmpty()) {
      return "NOT PROVEN: not read: " + finding.problem();
    }
    KeySearch.Result result = finding.result().get();
    if (result.earlierValues() > 0) {
      return "NOT ERASED: "
          + result.earlierValues()
          + " earlier values of the key are left, at offsets "
          + result.earlierValueOffsets();
    }
    String newest =
        result
            .newest()
            .map(
                match ->
                    match.hasValue()
                        ? "the key's present value, at offset " + match.offset() + ", is there"
                        : "its tombstone is at offset " + match.offset())
            .orElse("no record of it is there");
    return (finding.isProof() ? "no earlier value of the key is left here; " : "NOT PROVEN; ")
        + newest;
  }

  private static Map<String, Object> map(OnDemandReport.Partition each) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", each.partition().toString());
    map.put("logDir", each.dir().toString());
    map.put("status", each.status().label());
    map.put("oldEndOffset", each.oldEnd());
    map.put("cleanedToOffset", each.cleanedTo());
    map.put("bytesBefore", each.bytesBefore());
    map.put("bytesAfter", each.bytesAfter());
    map.put("reason", each.reason());
    map.put("unwatchedBrokers", each.unwatched());
    return map;
  }

  private static Map<String, Object> map(OnDemandReport.Refusal each) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("topic", each.topic());
    map.put("reason", each.reason());
    map.put("nextStep", each.nextStep());
    return map;
  }

  private static Map<String, Object> map(Restored each) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("target", each.override().target().toString());
    map.put("key", each.override().key());
    map.put("ending", each.ending().name().toLowerCase(java.util.Locale.ROOT));
    map.put("sentence", each.sentence());
    return map;
  }

  private static Map<String, Object> map(ErasureProof.Finding each) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", each.partition().toString());
    map.put("directory", each.dir().toString());
    map.put("proven", each.isProof());
    map.put("verdict", verdict(each));
    each.result()
        .ifPresent(
            result -> {
              map.put("readFromOffset", result.readFrom());
              map.put("readEndOffset", result.readEnd());
              map.put("activeSegmentFromOffset", result.activeFrom());
              map.put("earlierValues", result.earlierValues());
              map.put("earlierValueOffsets", new ArrayList<>(result.earlierValueOffsets()));
              result.newest().ifPresent(match -> map.put("newestOffset", match.offset()));
              result.newest().ifPresent(match -> map.put("newestHasValue", match.hasValue()));
              map.put("notRead", result.unread());
              map.put("retiredFiles", result.retired());
            });
    map.put("otherCopies", each.otherCopies());
    map.put("unreadBrokers", each.unread());
    return map;
  }
}
