// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/cli.md} names every JSON field that a command prints, and of dumps no other. */
class JsonDocumentTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "cli.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  @TempDir private Path temp;

  @Test
  void compactAndPlan_everyFieldPrinted_isDocumented() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Path partition = logDir.resolve("my-topic-0");
    SegmentSurgery active = SegmentSurgery.on(partition, 1560);
    List<Cli.Run> plans = new ArrayList<>();
    plans.add(Cli.run("plan", "--json", "--exact", "--topic", "my-topic", logDir));
    plans.add(Cli.run("plan", "--json", logDir, temp.resolve("nowhere")));
    active.cutTo(active.size() - 5).done();
    Files.writeString(partition.resolve("00000000000000000387.log.cleaned"), "x");
    List<Cli.Run> compacts = new ArrayList<>();
    compacts.add(Cli.run("compact", "--json", "--truncate-tail", partition));
    compacts.add(Cli.run("compact", "--json", logDir, temp.resolve("nowhere")));
    Files.delete(logDir.resolve("replication-offset-checkpoint"));
    compacts.add(Cli.run("compact", "--json", "--topic", "my-topic", logDir));
    plans.add(Cli.run("plan", "--json", "--topic", "my-topic", logDir));

    assertDocumented("plan", plans);
    assertDocumented("compact", compacts);
    assertThat(compacts.get(0).out()).contains("\"truncated\"", "\"recovered\"", "\"cleaned\"");
  }

  @Test
  void checkDiffAndRecover_everyFieldPrinted_isDocumented() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp.resolve("1")).resolve("plain-0");
    Path other = Fixtures.unpack("a-plain", temp.resolve("2")).resolve("plain-0");
    SegmentSurgery segment = SegmentSurgery.on(partition, 0);
    segment.flip(segment.batches().get(1) + 70).done();
    Files.delete(other.resolve(Tree.names(other).get(0)));

    assertDocumented("check", List.of(Cli.run("check", "--json", partition, other)));
    assertDocumented(
        "diff",
        List.of(
            Cli.run(
                "diff",
                "--json",
                Fixtures.unpack("o-names", temp.resolve("3")).resolve("my-topic-0"),
                other)));
    assertDocumented("recover", List.of(Cli.run("recover", "--json", other)));
  }

  @Test
  void explain_everyFieldPrinted_isDocumented() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);

    Cli.Run run = Cli.run("explain", "--json", "plain", "--log-dir", logDir);

    assertDocumented("explain", List.of(run));
    assertThat(run.json().at("/partitions/0/partition").asText()).isEqualTo("plain-0");
  }

  @Test
  void dump_fieldsOfEachKind_areThoseDocumented() throws IOException {
    Path partition = Fixtures.unpack("j-transactions", temp).resolve("transactions-0");
    assertThat(Cli.run("compact", partition).exit()).isZero();
    List<Object> command =
        new ArrayList<>(List.of("dump", "--json", "--records", "--keys", "--values"));
    for (String name : Tree.names(partition)) {
      if (name.matches("\\d{20}\\.(log|index|timeindex|txnindex|snapshot)")) {
        command.add(partition.resolve(name));
      }
    }
    Path tombstones = Fixtures.unpack("g-tombstones", temp.resolve("2")).resolve("tombstones-0");
    assertThat(Cli.run("compact", tombstones).exit()).isZero();
    command.add(tombstones);
    Map<String, Set<String>> printed = new TreeMap<>();
    ObjectMapper mapper = new ObjectMapper();
    for (String line : Cli.run(command.toArray()).out().lines().toList()) {
      JsonNode node = mapper.readTree(line);
      Set<String> names = printed.computeIfAbsent(node.get("kind").asText(), k -> new TreeSet<>());
      node.fieldNames().forEachRemaining(names::add);
      // Of every line, and documented once.
      assertThat(names).contains("kind", "file");
      names.removeAll(Set.of("kind", "file"));
    }

    Map<String, Set<String>> documented = new TreeMap<>();
    for (String line : section("dump").split("\n", -1)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length > 3 && cells[1].contains("`") && !cells[1].contains("`kind`")) {
        Set<String> names = codes(cells[2]);
        names.removeIf(name -> name.startsWith("--"));
        documented.put(codes(cells[1].split("\\(", -1)[0]).iterator().next(), names);
      }
    }
    assertThat(documented).isEqualTo(printed);
    assertThat(codes(section("dump"))).contains("kind", "file");
  }

  private static void assertDocumented(String command, List<Cli.Run> runs) throws IOException {
    // Bounds and unusable directories are described once, where compact is.
    String text = section(command) + (command.equals("compact") ? "" : section("compact"));
    Set<String> documented = new TreeSet<>();
    for (String code : codes(text)) {
      for (String part : code.split("[.\\[\\]]+", -1)) {
        documented.add(part);
      }
    }
    Set<String> printed = new TreeSet<>();
    runs.forEach(run -> collect(run.json(), printed));
    assertThat(printed).hasSizeGreaterThan(3);
    printed.removeAll(documented);
    assertThat(printed).as("printed by %s and not in docs/cli.md", command).isEmpty();
  }

  private static void collect(JsonNode node, Set<String> into) {
    node.fieldNames().forEachRemaining(into::add);
    node.forEach(child -> collect(child, into));
  }

  private static Set<String> codes(String text) {
    Set<String> codes = new TreeSet<>();
    Matcher matcher = CODE.matcher(text);
    while (matcher.find()) {
      codes.add(matcher.group(1));
    }
    return codes;
  }

  private static String section(String command) throws IOException {
    String[] parts = Files.readString(DOCUMENT).split("\n### " + command + "\n", -1);
    assertThat(parts).as("section of " + command).hasSize(2);
    return parts[1].split("\n##", -1)[0];
  }
}
