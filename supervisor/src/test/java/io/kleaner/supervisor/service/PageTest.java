// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.ServiceApi;
import io.kleaner.supervisor.http.ServiceApi.Action;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The status page in a real browser. */
class PageTest {

  private static final String TOKEN = "0123456789abcdef";
  private static final int TAB = 9;
  private static final int ENTER = 13;

  @TempDir private Path temp;

  private Optional<ServiceLab> lab = Optional.empty();
  private Optional<HttpServer> server = Optional.empty();
  private Optional<Browser> browser = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    Optional<Path> program = Browser.installed();
    assumeTrue(program.isPresent(), "no chromium on the PATH; Debian's package is chromium");
    lab =
        Optional.of(
            new ServiceLab(temp)
                .shownAs(Path.of("/archive/kafka"))
                .partitions("orders", 4)
                .threads(2)
                .start());
    server =
        Optional.of(
            HttpServer.start(
                new LocalFileSystem(), HttpConfig.loopback(0), TOKEN, lab().api(), Clock.system()));
    browser = Optional.of(new Browser(program.get(), Files.createDirectory(temp.resolve("p"))));
    lab().await("clean", () -> lab().count("clean") == 4);
  }

  @AfterEach
  void stop() throws Exception {
    browser.ifPresent(Browser::close);
    server.ifPresent(HttpServer::close);
    if (lab.isPresent()) {
      lab.get().close();
    }
  }

  private ServiceLab lab() {
    return lab.orElseThrow();
  }

  private Browser browser() {
    return browser.orElseThrow();
  }

  private String url() {
    return server.orElseThrow().url();
  }

  /** Some work that goes on slowly, some that waits, some that is left alone. */
  private void makeBusy() throws Exception {
    lab().api().throttle(OptionalLong.of(1));
    lab().partitions("events", 1);
    lab()
        .await(
            "the throttle's first bytes, which nobody waits for", () -> lab().count("clean") == 5);
    lab()
        .cleanedUpTo(Map.of("payments-1", 20L, "payments-2", 40L, "stock-0", 40L))
        .partitions("payments", 3)
        .partitions("stock", 1);
    lab().await("busy", () -> lab().count("cleaning") == 2 && lab().count("dirty") == 2);
    lab().api().act(Action.QUARANTINE, "stock-0", "being restored");
    lab().await("left alone", () -> lab().count("quarantined") == 1);
  }

  @Test
  void page_workerKilled_showsWhatHappened() throws Exception {
    lab().api().act(Action.CHAOS, "cleaner-0", "oom");
    lab().await("replaced", () -> lab().incident("WORKER_RESTARTED").isPresent());
    lab().await("told", () -> lab().isFiring("WorkerDead"));
    makeBusy();

    browser().size(1280, 1240).open(url() + "/?still");

    assertThat(browser().text())
        .contains(
            "2 alerts",
            "WorkerDead",
            "cleaner-0",
            "cleaner-1",
            "scout-0",
            "worker dead",
            "worker restarted",
            "fault injected",
            "OutOfMemoryError",
            "payments-2",
            "orders-3",
            "quarantined by hand: being restored",
            "/archive/kafka");
    assertThat(browser().text()).doesNotContain(temp.toString());
    Path picture =
        Path.of(System.getProperty("kleaner.screenshot", temp.resolve("page.png").toString()));
    Files.write(picture, browser().picture());
    assertThat(Files.size(picture)).isBetween(10_000L, 400_000L);
  }

  @Test
  void page_partitions_standByDirtinessWithBars() throws Exception {
    makeBusy();

    browser().open(url() + "/?still");

    List<String> names = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (JsonNode row :
        browser()
            .ask(
                "[...document.querySelectorAll('#rows tr')].map(r => ["
                    + "r.querySelector('strong').textContent, r.querySelector('progress').value])")) {
      names.add(row.get(0).asText());
      ratios.add(row.get(1).asDouble());
    }
    assertThat(names).hasSize(9).startsWith("payments-0", "payments-1").contains("stock-0");
    assertThat(ratios).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(ratios.get(0)).isEqualTo(1);
    assertThat(ratios.get(1)).isBetween(0.3, 0.9);
  }

  @Test
  void page_somethingHappens_isShownWithoutAReloadOrAPoll() throws Exception {
    // No timer of the page's own asks again: what is new comes by the stream of events.
    browser().before("window.setInterval = () => 0").open(url());
    browser().await("document.getElementById('link').textContent === 'live'");
    browser().ask("window.mark = 'never loaded anew'");
    assertThat(browser().text()).doesNotContain("worker dead");

    lab().api().act(Action.CHAOS, "cleaner-1", "linkage");

    browser().await("document.body.innerText.includes('worker dead')");
    browser().await("document.querySelector('#alerts').innerText.includes('WorkerDead')");
    browser().await("document.querySelector('#numbers').innerText.match(/restarts\\s+1/)");
    assertThat(browser().ask("window.mark").asText()).isEqualTo("never loaded anew");
    assertThat(browser().requested())
        .isNotEmpty()
        .allSatisfy(address -> assertThat(address).startsWith(url()));
  }

  /** The same service, with more alerts than an answer has by default. */
  private ServiceApi withAlerts(List<Map<String, Object>> alerts) {
    return (ServiceApi)
        Proxy.newProxyInstance(
            ServiceApi.class.getClassLoader(),
            new Class<?>[] {ServiceApi.class},
            (proxy, method, args) ->
                method.getName().equals("alerts") ? alerts : method.invoke(lab().api(), args));
  }

  @Test
  void page_manyAlerts_showsEachOfThem() throws Exception {
    lab().api().act(Action.CHAOS, "cleaner-0", "oom");
    lab().await("told", () -> lab().isFiring("WorkerDead"));
    lab().await("shown", () -> !lab().api().alerts().isEmpty());
    Map<String, Object> dead = lab().api().alerts().get(0);
    List<Map<String, Object>> alerts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Map<String, Object> stalled = new LinkedHashMap<>(dead);
      stalled.putAll(
          Map.of("id", i, "rule", "PartitionStalled", "subject", "t-" + i, "state", "firing"));
      alerts.add(stalled);
    }
    alerts.add(dead);
    try (HttpServer many =
        HttpServer.start(
            new LocalFileSystem(),
            HttpConfig.loopback(0),
            TOKEN,
            withAlerts(alerts),
            Clock.system())) {
      browser().open(many.url() + "/?still");

      assertThat(browser().ask("document.querySelector('#alerts').innerText").asText())
          .contains("PartitionStalled", "t-0", "t-499", "WorkerDead");
    }
  }

  private List<String> tab(String until) throws Exception {
    List<String> visited = new ArrayList<>();
    while (visited.isEmpty() || !visited.get(visited.size() - 1).equals(until)) {
      assertThat(visited).as("on the way to " + until).hasSizeLessThan(60);
      browser().press("Tab", TAB);
      visited.add(
          browser().ask("document.activeElement.id || document.activeElement.className").asText());
    }
    return visited;
  }

  @Test
  void page_keyboardAlone_reachesAllAndActs() throws Exception {
    browser().open(url() + "/?still");
    String quarantine = "q-/archive/kafka:orders-0";

    assertThat(tab(quarantine))
        .startsWith("skip")
        .containsSubsequence(
            "faults-cleaner-0",
            "past",
            "state",
            "filter",
            "table",
            "clean-/archive/kafka:orders-0",
            quarantine);
    browser().press("Enter", ENTER);
    browser().await("document.activeElement.id === 'token'");
    assertThat(browser().text()).contains("Enter the token first");
    browser().type(TOKEN);
    browser().press("Enter", ENTER);
    browser().await("document.getElementById('said').textContent.includes('kept in this tab')");
    browser().ask("document.getElementById('filter').focus()");
    tab(quarantine);
    browser().press("Enter", ENTER);

    lab().await("left alone", () -> lab().count("quarantined") == 1);
    browser().await("document.body.innerText.includes('is left alone from now on')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void page_eitherScheme_canBeRead(String scheme) throws Exception {
    lab().api().act(Action.CHAOS, "cleaner-0", "oom");
    lab().await("told", () -> lab().isFiring("WorkerDead"));
    browser().prefers(scheme).open(url() + "/?still");

    JsonNode seen =
        browser()
            .ask(
                """
                (() => {
                  const light = (text) => {
                    const rgb = text.match(/[\\d.]+/g).slice(0, 3).map((n) => {
                      const c = n / 255;
                      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
                    });
                    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
                  };
                  const behind = (node) => {
                    for (let n = node; n; n = n.parentElement) {
                      const c = getComputedStyle(n).backgroundColor;
                      if (!c.endsWith(', 0)')) return light(c);
                    }
                    return 1;
                  };
                  const poor = [];
                  for (const node of document.querySelectorAll('main *, header *')) {
                    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
                    if (!own || !node.checkVisibility()) continue;
                    const a = light(getComputedStyle(node).color), b = behind(node);
                    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                    if (contrast < 4.5) poor.push(node.textContent + ': ' + contrast.toFixed(1));
                  }
                  return { paper: behind(document.body), poor };
                })()
                """);

    if (scheme.equals("dark")) {
      assertThat(seen.path("paper").asDouble()).isLessThan(0.1);
    } else {
      assertThat(seen.path("paper").asDouble()).isGreaterThan(0.8);
    }
    assertThat(seen.path("poor")).as("texts that stand out too little").isEmpty();
  }
}
