// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read over HTTP. */
class ReadTest {

  private HttpLab lab;

  @BeforeEach
  void start() throws Exception {
    lab = HttpLab.start();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/readyz"})
  void health_well_is200(String path) throws Exception {
    assertThat(lab.get(path).status()).isEqualTo(200);
    assertThat(lab.get(path).json().path("ok").asBoolean()).isTrue();
  }

  @Test
  void healthz_supervisorLate_is503WithTheReason() throws Exception {
    lab.service.alive = new ServiceApi.Health(false, "has not looked for 9000 ms");

    HttpLab.Got got = lab.get("/healthz");

    assertThat(got.status()).isEqualTo(503);
    assertThat(got.json().path("detail").asText()).contains("9000 ms");
    assertThat(lab.get("/readyz").status()).isEqualTo(200);
  }

  @Test
  void readyz_noWorkerIsWell_is503WhileHealthzIs200() throws Exception {
    lab.service.ready = new ServiceApi.Health(false, "no worker is well");

    assertThat(lab.get("/readyz").status()).isEqualTo(503);
    assertThat(lab.get("/healthz").status()).isEqualTo(200);
  }

  @Test
  void metrics_askedForEitherForm_isThatForm() throws Exception {
    assertThat(lab.get("/metrics").header("content-type")).startsWith("text/plain; version=0.0.4");
    HttpLab.Got open =
        lab.send(lab.request("/metrics").header("Accept", "application/openmetrics-text"));
    assertThat(open.header("content-type")).startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void head_metrics_hasItsLengthAndNoBody() throws Exception {
    HttpLab.Got got =
        lab.send(lab.request("/metrics").method("HEAD", HttpRequest.BodyPublishers.noBody()));

    assertThat(got.body()).isEmpty();
    assertThat(got.header("content-length")).isEqualTo("13");
  }

  @Test
  void partitions_nothingSaid_areTheFirstHundredOfAll() throws Exception {
    var got = lab.get("/api/v1/partitions").json();

    assertThat(got.path("items")).hasSize(100);
    assertThat(got.path("total").asInt()).isEqualTo(1_500);
    assertThat(got.path("items").path(0).path("partition").asText()).isEqualTo("Payments-1");
    assertThat(got.path("items").path(99).path("partition").asText()).isEqualTo("Payments-199");
  }

  @Test
  void stories_aPage_makesThoseOfThePageAlone() throws Exception {
    JsonNode page = lab.get("/api/v1/stories?of=my%20orders&limit=2&offset=1200").json();

    assertThat(page.path("total").asInt()).isEqualTo(1_500);
    assertThat(page.path("items")).hasSize(2);
    assertThat(page.path("items").path(1).path("partition").asText()).isEqualTo("orders-1201");
    assertThat(lab.service.storiesTold).containsExactly("my orders 1200", "my orders 1201");
  }

  @Test
  void stories_behindTheEndOrNoPage_areNoneOrRefused() throws Exception {
    assertThat(lab.get("/api/v1/stories?offset=1500").json().path("items")).isEmpty();
    assertThat(lab.get("/api/v1/stories?offset=1499").json().path("items")).hasSize(1);
    assertThat(lab.get("/api/v1/stories?limit=1001").status()).isEqualTo(400);
  }

  @Test
  void partitions_placesChangeBetweenPages_eachIsReadOnce() throws Exception {
    List<String> expected = names(lab.service.partitions);
    List<String> read = new ArrayList<>();
    String after = "";
    do {
      // As they are given, the dirtiest first; and one comes and goes before what was read.
      Collections.shuffle(lab.service.partitions, new Random(read.size()));
      Map<String, Object> passing = Map.of("partition", "A-" + read.size(), "topic", "A");
      lab.service.partitions.add(passing);
      JsonNode page = lab.get("/api/v1/partitions?limit=170" + after).json();
      page.path("items").forEach(each -> read.add(each.path("partition").asText()));
      lab.service.partitions.remove(passing);
      String next = page.path("next").asText();
      after = next.isEmpty() ? "" : "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    } while (!after.isEmpty());

    read.remove("A-0");
    assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static List<String> names(List<Map<String, Object>> partitions) {
    return partitions.stream().map(each -> (String) each.get("partition")).toList();
  }

  @Test
  void partitions_samePartitionInTwoDirectories_bothAreRead() throws Exception {
    lab.service.partitions.clear();
    for (String dir : List.of("/b", "/a, with a comma", "/c")) {
      lab.service.partitions.add(
          Map.of("partition", "with-dash-7", "topic", "with-dash", "logDir", dir));
    }
    List<String> read = new ArrayList<>();
    String next = "";
    do {
      JsonNode page =
          lab.get(
                  "/api/v1/partitions?limit=1"
                      + (next.isEmpty()
                          ? ""
                          : "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8)))
              .json();
      read.add(page.path("items").path(0).path("logDir").asText());
      next = page.path("next").asText();
    } while (!next.isEmpty());

    assertThat(read).containsExactly("/a, with a comma", "/b", "/c");
  }

  @Test
  void partitions_dirtiest_areAsTheServiceGivesThem() throws Exception {
    JsonNode got = lab.get("/api/v1/partitions?order=dirtiest&limit=2").json();

    assertThat(got.path("items").path(0).path("partition").asText()).isEqualTo("orders-0");
    assertThat(got.has("next")).isFalse();
  }

  @Test
  void partitions_lastPage_hasWhatIsLeft() throws Exception {
    var got = lab.get("/api/v1/partitions?offset=1490&limit=1000").json();

    assertThat(got.path("items")).hasSize(10);
    assertThat(got.path("offset").asInt()).isEqualTo(1_490);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "offset=-1",
        "limit=x",
        "offset=99999999999",
        "after=",
        "after=orders",
        "after=orders-x",
        "after=orders-1&offset=1",
        "order=size",
        "order=dirtiest&offset=100",
        "order=dirtiest&after=orders-1"
      })
  void partitions_pageThatIsNone_is400(String query) throws Exception {
    assertThat(lab.get("/api/v1/partitions?" + query).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"state=dirty,10", "topic=orders,750", "state=dirty&topic=orders,5", "state=no,0"})
  void partitions_filtered_areCounted(String query, int expected) throws Exception {
    assertThat(lab.get("/api/v1/partitions?" + query).json().path("total").asInt())
        .isEqualTo(expected);
  }

  @Test
  void partitions_searched_areFoundBeyondTheFirstThousand() throws Exception {
    var got = lab.get("/api/v1/partitions?search=payMENTS-1499").json();

    assertThat(got.path("total").asInt()).isEqualTo(1);
    assertThat(got.path("items").path(0).path("partition").asText()).isEqualTo("Payments-1499");
  }

  @Test
  void status_always_saysWhoDoesTls() throws Exception {
    assertThat(lab.get("/api/v1/status").json().path("tls").asText()).isEqualTo("none");
  }

  @Test
  void page_everyFile_comesFromHereAlone() throws Exception {
    for (PageFile file : PageFile.values()) {
      HttpLab.Got got = lab.get(file.path());
      assertThat(got.status()).as(file.path()).isEqualTo(200);
      assertThat(got.header("content-security-policy"))
          .contains("default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'");
      assertThat(got.body().replace("http://www.w3.org/2000/svg", ""))
          .as("no address of anywhere else in " + file.path())
          .doesNotContain("http://", "https://", "url(");
    }
  }

  @Test
  void anything_unknown_is404() throws Exception {
    assertThat(lab.get("/../../etc/passwd").status()).isEqualTo(404);
    assertThat(lab.get("/api/v1/nothing").status()).isEqualTo(404);
  }

  @Test
  void read_wrongMethod_is405WithTheRightOne() throws Exception {
    HttpLab.Got got = lab.post("/metrics", "");

    assertThat(got.status()).isEqualTo(405);
    assertThat(got.header("allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void read_defectInside_is500AndTheConnectionGoesOn() throws Exception {
    try (Wire wire = lab.wire()) {
      assertThat(wire.ask("/api/v1/incidents").until("Its log says more.\"}")).contains(" 500 ");
      assertThat(wire.ask("/healthz").until("\r\n\r\n")).contains(" 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%zz", "/healthz?x=%f", "/%e0%a"})
  void read_badPercent_is400(String path) throws Exception {
    try (Wire wire = lab.wire()) {
      assertThat(wire.ask(path).rest()).startsWith("HTTP/1.1 400 ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example,421",
    "127.0.0.1.evil.example,421",
    "localhost:1,200",
    "'[::1]:80',200",
    "127.0.0.1,200"
  })
  void read_hostOfAnotherSite_isMisdirected(String host, int status) throws Exception {
    try (Wire wire = lab.wire()) {
      wire.send("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      assertThat(wire.rest()).startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @Test
  void stream_hostOfAnotherSite_isMisdirected() throws Exception {
    try (Wire wire = lab.wire()) {
      wire.send("GET /api/v1/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
      assertThat(wire.rest()).startsWith("HTTP/1.1 421 ");
    }
  }
}
