// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.demo.Sidecar;
import io.kleaner.supervisor.service.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code kleaner watch} beside a real broker, in a real browser. */
@Tag("full")
class WatchPageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String YES = "document.querySelector('[id^=yes-]')";
  private static final int ENTER = 13;

  @TempDir private Path temp;

  @Test
  void page_cleanerDies_showsItWithoutAReloadAndHasItRevivedByAYes() throws Exception {
    Optional<Path> program = Browser.installed();
    assumeTrue(program.isPresent(), "no chromium on the PATH; Debian's package is chromium");
    try (BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400))) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          Sidecar sidecar =
              Sidecar.start(
                  Sidecar.command(broker, temp.resolve("state"), "--remedy", "revive=ask"));
          Browser browser = new Browser(program.get(), Files.createDirectory(temp.resolve("p")))) {
        incidents.healthy("orders");
        assertThat(sidecar.awaitCleaner(PATIENCE)).isTrue();
        browser.open(sidecar.url().toString());
        browser.ask("window.mark = 'never loaded anew'");
        shows(browser, "orders-0");
        assertThat(browser.text())
            .contains("Cleaner threads of the broker", "kafka-log-cleaner-thread-0", "1 (4.3.1)")
            .contains("--bootstrap-server", "--jmx", "--log-dir", "--broker-log")
            .contains("None was called for.")
            .doesNotContain("CleanerDead");

        incidents.killByBomb("poisoned");
        incidents.topics().cleanable("poisoned", false);
        shows(browser, "CleanerDead");
        shows(browser, "worker dead");
        shows(browser, "culprit found");
        browser.await(YES);
        sayYes(browser, sidecar);

        browser.await("document.querySelector('#remedies').innerText.includes('effective')");
        try (BrokerJmx jmx = BrokerJmx.of(broker)) {
          assertThat(jmx.cleanerThreads()).hasSize(1);
        }
        shows(browser, "worker restarted");
        assertThat(browser.ask("window.mark").asText()).isEqualTo("never loaded anew");
        assertThat(browser.requested())
            .isNotEmpty()
            .allSatisfy(address -> assertThat(address).startsWith(sidecar.url().toString()));
        assertThat(sidecar.stop()).isTrue();
      }
    }
  }

  private static void shows(Browser browser, String text) throws Exception {
    browser.await("document.body.innerText.includes('" + text + "')");
  }

  /** Nobody acts without the token. */
  private static void sayYes(Browser browser, Sidecar sidecar) throws Exception {
    browser.ask(YES + ".click()");
    browser.await("document.activeElement.id === 'token'");
    assertThat(browser.text()).contains("Enter the token first");
    browser.type(sidecar.token());
    browser.press("Enter", ENTER);
    browser.await("document.getElementById('said').textContent.includes('kept in this tab')");
    assertThat(sidecar.get("api/v1/remedies").toString()).contains("asked");
    browser.ask(YES + ".click()");
  }
}
