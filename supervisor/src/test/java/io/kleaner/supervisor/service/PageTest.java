// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.ServiceApi.Action;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status page in a real browser. */
class PageTest {

  @TempDir private Path temp;

  @Test
  void page_workerKilled_showsWhatHappened() throws Exception {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no chromium on the PATH; Debian's package is chromium");
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 6).threads(2).start();
        HttpServer server =
            HttpServer.start(
                new LocalFileSystem(),
                HttpConfig.loopback(0),
                "0123456789abcdef",
                lab.api(),
                Clock.system())) {
      lab.await("clean", () -> lab.count("clean") == 6);
      lab.api().act(Action.CHAOS, "cleaner-0", "oom");
      lab.await("replaced", () -> lab.incident("WORKER_RESTARTED").isPresent());
      String page = server.url() + "/?still";

      String document = run(browser.get(), "--dump-dom", page);

      assertThat(document)
          .contains(
              "data-ready=\"yes\"",
              "cleaner-0",
              "cleaner-1",
              "orders-5",
              "<progress",
              "worker dead",
              "worker restarted",
              "OutOfMemoryError",
              "WorkerDead");
      Path picture =
          Path.of(System.getProperty("kleaner.screenshot", temp.resolve("page.png").toString()));
      run(
          browser.get(),
          "--screenshot=" + picture.toAbsolutePath(),
          "--window-size=1180,1150",
          "--hide-scrollbars",
          page);
      assertThat(Files.size(picture)).isBetween(10_000L, 400_000L);
    }
  }

  private static Optional<Path> browser() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .flatMap(
            dir -> List.of(Path.of(dir, "chromium"), Path.of(dir, "chromium-browser")).stream())
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String run(Path browser, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--virtual-time-budget=5000",
                "--user-data-dir=" + Files.createTempDirectory(temp, "profile")));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(temp, "page", ".html");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("the browser has not ended");
    }
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
