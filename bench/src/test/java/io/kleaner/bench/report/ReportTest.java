// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.bench.engine.EngineName;
import java.io.StringReader;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What is written is what it says it is: JSON, SVG, tables. */
class ReportTest {

  private static final Pattern NAME = Pattern.compile("\"([A-Za-z]+)\":");

  @Test
  void json_everyKind_written() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("text", "a \"b\"\\\n\u0001é");
    map.put("whole", 1L << 40);
    map.put("real", 0.12345);
    map.put("yes", true);
    map.put("list", List.of(1, Map.of("x", 2.0)));
    map.put("empty", Map.of());

    assertThat(Json.write(map))
        .isEqualTo(
            """
            {
              "text": "a \\"b\\"\\\\\\n\\u0001é",
              "whole": 1099511627776,
              "real": 0.1235,
              "yes": true,
              "list": [
                1,
                {"x": 2}
              ],
              "empty": {}
            }
            """);
  }

  @Test
  void json_noNumber_refused() {
    assertThatThrownBy(() -> Json.write(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toJson_results_theShapeThatProgramsRead() {
    String json = Samples.results().toJson();

    assertThat(json)
        .contains(
            "\"machine\": \"2 x something\"", "\"commit\": \"abcdef\"", "\"values\": \"documents\"")
        .contains("\"W1\": {\"1\": 4, \"2\": 8}")
        .contains("\"sameRecords\": {\"W1\": true, \"W2\": true}")
        .contains("\"mapS\": 2,", "\"bytesPerKey\": 15,", "\"engine\": \"kleaner\"");
    String runs = json.substring(json.indexOf("\"runs\""), json.indexOf("\"ratios\""));
    assertThat(Arrays.stream(runs.split("\\{")).skip(1))
        .hasSize(6)
        .allSatisfy(
            run ->
                assertThat(NAME.matcher(run).results().map(name -> name.group(1)))
                    .containsExactly(
                        "workload",
                        "threads",
                        "engine",
                        "memoryBytes",
                        "mapS",
                        "copyS",
                        "totalS",
                        "cpuS",
                        "rssBytes",
                        "coldTotalS",
                        "coldRssBytes",
                        "allocatedBytes",
                        "bytesPerKey",
                        "bytesRead",
                        "bytesWritten"));
  }

  @Test
  void everyClean_writtenAndRead_theSame() {
    Results results = Samples.results();

    assertThat(EveryClean.read(EveryClean.write(results))).isEqualTo(results);
    assertThatThrownBy(() -> EveryClean.read("something\telse"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a line of 'run'");
  }

  @Test
  void everyClean_oneEngineWithTwoBudgets_twoRuns() {
    Results before = Samples.results();
    Measured one = before.workloads().get(0);
    Measured.Run run = one.runs().get(1);
    List<Measured.Run> runs =
        List.of(
            new Measured.Run(run.engine(), 1, 32L << 20, run.cold(), run.warm()),
            new Measured.Run(run.engine(), 1, 1L << 30, run.warm().get(0), run.warm()));
    Results results =
        before.with(
            List.of(
                new Measured(
                    one.workload(),
                    one.title(),
                    one.logBytes(),
                    one.records(),
                    runs,
                    one.floor(),
                    one.sameness())));

    assertThat(EveryClean.read(EveryClean.write(results))).isEqualTo(results);
    assertThat(Markdown.of(results))
        .contains("| W1 | " + run.engine().text() + " 32m | 1 |", run.engine().text() + " 1024m |");
  }

  @Test
  void markdown_results_ratiosAndTimes() {
    String markdown = Markdown.of(Samples.results());

    assertThat(markdown)
        .startsWith(
            "2 x something, commit abcdef, 2026-01-01,"
                + " values: documents, and letters where too short for one.\n")
        .contains("| W1 uncompressed & \"small\" | 1024 MiB | 8.00 M | **4.0** | 4.0 |")
        .contains("Geometric mean of the 2 of W1 to W9 with 2 threads: 8.00.")
        .contains("| W2 | kafka | 1 | 2.00 | 4.00 | 8.00 | 128 | 1.00 | 8.00 | 0.20 |");
  }

  @Test
  void charts_results_wellFormed() throws Exception {
    Map<String, String> charts = Charts.of(Samples.results());

    assertThat(charts).containsOnlyKeys("speed.svg", "seconds.svg", "memory.svg");
    for (String chart : charts.values()) {
      assertThat(parse(chart).getDocumentElement().getTagName()).isEqualTo("svg");
      assertThat(chart).contains("prefers-color-scheme: dark").doesNotContain("NaN");
    }
    assertThat(charts.get("speed.svg")).contains("W2, 2 threads: 8x");
  }

  @Test
  void growth_points_wellFormed() throws Exception {
    List<GrowthPoint> points =
        List.of(
            new GrowthPoint("1 GiB", 1, EngineName.KLEANER, 1L << 30, 1000, 2, 1, 90 << 20, 1, 0),
            new GrowthPoint("2 GiB", 2, EngineName.KLEANER, 2L << 30, 1000, 4, 1, 99 << 20, 1, 0));

    String chart = Charts.growth("<growth>", "note", points);

    assertThat(parse(chart).getElementsByTagName("circle").getLength()).isEqualTo(2);
    assertThat(Markdown.growth(points))
        .contains(
            "| Peak RSS |",
            "| 2 GiB | kleaner | 2048 MiB | 0.00 M | 4.00 | 2.00 | 0.50 | 99 MiB | 1 |");
  }

  @Test
  void flameGraph_stacks_widthsAreShares() throws Exception {
    FlameGraph graph = new FlameGraph();
    graph.add(List.of("main", "scan"), 3);
    graph.add(List.of("main", "List<T>.copy"), 1);

    String svg = graph.toSvg("W1");

    assertThat(graph.samples()).isEqualTo(4);
    parse(svg);
    assertThat(svg).contains("main: 100.0 %", "scan: 75.0 %", "List&lt;T&gt;.copy: 25.0 %");
  }

  @Test
  void ticks_anyMaximum_roundAndNotTooMany() {
    assertThat(BarChart.ticks(10)).containsExactly(0.0, 2.0, 4.0, 6.0, 8.0, 10.0);
    for (double most : new double[] {0.003, 0.9, 1, 7, 19.5, 480, 12_345}) {
      assertThat(BarChart.ticks(most)).hasSizeBetween(3, 8).allMatch(tick -> tick <= most * 1.001);
    }
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }
}
