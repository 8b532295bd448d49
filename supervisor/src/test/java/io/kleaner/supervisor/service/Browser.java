// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A headless Chromium with one page, driven by its DevTools protocol: it presses keys, asks the
 * page, and knows every address that was asked for.
 */
public final class Browser implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 90;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("DevTools listening on (ws://\\S+)");

  private final Process process;
  private final CompletableFuture<URI> address = new CompletableFuture<>();
  private final WebSocket socket;
  private final AtomicInteger nextId = new AtomicInteger(1);
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> requested = new CopyOnWriteArrayList<>();
  private String session = "";

  /** Where a browser is; empty if none is on the PATH. */
  public static Optional<Path> installed() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .flatMap(
            dir -> List.of(Path.of(dir, "chromium"), Path.of(dir, "chromium-browser")).stream())
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts it.
   *
   * @param profile an empty directory, which is to be there until it has ended
   */
  public Browser(Path program, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread reader = new Thread(this::readAddress, "browser-stderr");
    reader.setDaemon(true);
    reader.start();
    try {
      socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .buildAsync(get(address), new Listener())
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      JsonNode target = call("Target.createTarget", Map.of("url", "about:blank"));
      session =
          call(
                  "Target.attachToTarget",
                  Map.of("targetId", target.path("targetId").asText(), "flatten", true))
              .path("sessionId")
              .asText();
      call("Network.enable", Map.of());
      call("Page.enable", Map.of());
    } catch (Exception e) {
      end();
      throw e;
    }
  }

  /** Reads on to the end: a browser whose standard error nobody reads would stop at some time. */
  private void readAddress() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher found = ADDRESS.matcher(line);
        if (found.find()) {
          address.complete(URI.create(found.group(1)));
        }
      }
      address.completeExceptionally(new IOException("the browser ended"));
    } catch (IOException e) {
      address.completeExceptionally(e);
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = nextId.getAndIncrement();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    get(socket.sendText(message.toString(), true));
    return get(answer);
  }

  /** Has a script run before any of the pages to come. */
  public Browser before(String script) throws Exception {
    call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
    return this;
  }

  /** Gives the page a size, in pixels. */
  public Browser size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    return this;
  }

  /** The user prefers {@code light} or {@code dark}. */
  public Browser prefers(String scheme) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    return this;
  }

  /** Opens a page and waits until it has shown something. */
  public Browser open(String url) throws Exception {
    call("Page.navigate", Map.of("url", url));
    await("document.body && document.body.dataset.ready === 'yes'");
    return this;
  }

  /** What an expression is in the page. */
  public JsonNode ask(String expression) throws Exception {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** Waits until an expression holds in the page; the page itself does the waiting. */
  public void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!ask("new Promise(r => setTimeout(() => r(!!(" + expression + ")), 50))").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(expression + " did not hold in:\n" + text());
      }
    }
  }

  /** What a reader sees. */
  public String text() throws Exception {
    return ask("document.body.innerText").asText();
  }

  /** Presses a key, such as Tab or Enter. */
  public void press(String key, int code) throws Exception {
    String text = key.equals("Enter") ? "\r" : "";
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              type,
              "key",
              key,
              "code",
              key,
              "windowsVirtualKeyCode",
              code,
              "text",
              type.equals("keyDown") ? text : ""));
    }
  }

  /** Types into what has the focus. */
  public void type(String text) throws Exception {
    call("Input.insertText", Map.of("text", text));
  }

  /** A picture of the page, PNG. */
  public byte[] picture() throws Exception {
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText());
  }

  /** Every address that was asked for. */
  public List<String> requested() {
    return List.copyOf(requested);
  }

  private void end() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Ends it; its profile is deleted next, which must not find anyone writing to it. */
  @Override
  public void close() {
    List<CompletableFuture<?>> ends = new ArrayList<>();
    process.descendants().forEach(child -> ends.add(child.onExit()));
    ends.add(process.onExit());
    CompletableFuture<?> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    try {
      // Asked to end, it takes its files along.
      socket
          .sendText("{\"id\":0,\"method\":\"Browser.close\"}", true)
          .thenCompose(sent -> all)
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It has to end all the same, below.
    } finally {
      socket.abort();
      end();
    }
    all.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Puts messages together and hands them to whoever waits. */
  private final class Listener implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void heard(String message) {
      try {
        JsonNode node = JSON.readTree(message);
        CompletableFuture<JsonNode> answer = waiting.remove(node.path("id").asInt(-1));
        if (answer != null && node.has("error")) {
          answer.completeExceptionally(new IOException(node.path("error").toString()));
        } else if (answer != null) {
          answer.complete(node.path("result"));
        } else if (node.path("method").asText().equals("Network.requestWillBeSent")) {
          requested.add(node.path("params").path("request").path("url").asText());
        }
      } catch (IOException e) {
        waiting.values().forEach(each -> each.completeExceptionally(e));
      }
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      waiting.values().forEach(each -> each.completeExceptionally(error));
    }
  }
}
