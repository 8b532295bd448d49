// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.check.KeySearch;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.remedy.ondemand.ErasureProof;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Partition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Replicas and files that nobody looked at are named, in text and in JSON. */
class CompactNowReportTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition AWAY = new TopicPartition("orders", 1);

  private static final OnDemandReport OUTCOME =
      new OnDemandReport(
          List.of(
              new Partition(
                  ORDERS,
                  Path.of("data"),
                  Status.COMPACTED,
                  100,
                  100,
                  2_048,
                  1_024,
                  "",
                  List.of(2, 3)),
              new Partition(
                  AWAY,
                  Path.of("data"),
                  Status.NOT_WATCHED,
                  50,
                  0,
                  0,
                  0,
                  "its replicas are on brokers [4], and none lies in the named log directories",
                  List.of(4))),
          List.of(),
          List.of());

  private static final List<ErasureProof.Finding> PROOFS =
      List.of(
          new ErasureProof.Finding(
              ORDERS,
              Path.of("data", "orders-0"),
              Optional.of(
                  new KeySearch.Result(
                      Optional.empty(),
                      0,
                      List.of(),
                      0,
                      100,
                      90,
                      List.of("a batch at byte 7 of a segment"),
                      List.of("00000000000000000000.log.deleted"))),
              "",
              List.of("/other/orders-0.0123-future"),
              List.of(2, 3)),
          new ErasureProof.Finding(
              AWAY,
              Path.of("data"),
              Optional.empty(),
              "its replicas are on brokers [4]",
              List.of(),
              List.of(4)));

  private static String printed(boolean json) {
    StringWriter out = new StringWriter();
    new CompactNowReport(
            new Terminal(new PrintWriter(out), new PrintWriter(new StringWriter()), false), json)
        .print(OUTCOME, List.of(), PROOFS);
    return out.toString();
  }

  @Test
  void print_replicasThatWereNotWatched_areNamedByTheirBrokers() {
    assertThat(printed(false).lines())
        .contains(
            "orders-0: compacted up to offset 100 of 100, 2.0 KiB -> 1.0 KiB; replicas on brokers"
                + " [2, 3] were not watched",
            "orders-1: not-watched; its replicas are on brokers [4], and none lies in the named log"
                + " directories");
  }

  @Test
  void print_whatWasNotRead_isNoProofAndNamed() {
    assertThat(printed(false))
        .contains(
            "orders-0: NOT PROVEN",
            "  not read: a batch at byte 7 of a segment",
            "  not read, still on disk: 00000000000000000000.log.deleted",
            "  not read, another copy of its records: /other/orders-0.0123-future",
            "  not read: the replicas on brokers [2, 3]",
            "orders-1: NOT PROVEN: not read: its replicas are on brokers [4]",
            "  not read: the replicas on brokers [4]");
  }

  @Test
  void print_json_hasTheSame() throws Exception {
    JsonNode json = new ObjectMapper().readTree(printed(true));

    assertThat(json.at("/partitions/0/unwatchedBrokers").toString()).isEqualTo("[2,3]");
    assertThat(json.at("/partitions/1/status").asText()).isEqualTo("not-watched");
    assertThat(json.at("/proofs/0/proven").asBoolean(true)).isFalse();
    assertThat(json.at("/proofs/0/notRead")).hasSize(1);
    assertThat(json.at("/proofs/0/retiredFiles")).hasSize(1);
    assertThat(json.at("/proofs/0/otherCopies/0").asText())
        .isEqualTo("/other/orders-0.0123-future");
    assertThat(json.at("/proofs/0/unreadBrokers").toString()).isEqualTo("[2,3]");
    assertThat(json.at("/proofs/1/unreadBrokers").toString()).isEqualTo("[4]");
    assertThat(json.at("/done").asBoolean(true)).isFalse();
  }
}
