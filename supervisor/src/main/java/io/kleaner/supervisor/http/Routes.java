// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers requests from what the service says. Stateless; thread-safe. */
final class Routes {

  /** Where events are streamed. */
  static final String EVENTS = "/api/v1/events";

  private static final String THROTTLE = "/api/v1/throttle";
  private static final Set<String> HEALTH = Set.of("/healthz", "/readyz");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PARTITION_ACTION =
      Pattern.compile("/api/v1/partitions/(.+)/(clean|quarantine|release)");
  private static final Pattern REMEDY_ACTION =
      Pattern.compile("/api/v1/remedies/([^/]+)/(approve|decline)");
  private static final Pattern REVIVE = Pattern.compile("/api/v1/broker/(revive)");
  private static final Pattern CHAOS = Pattern.compile("/api/v1/workers/([^/]+)/chaos");
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final ServiceApi api;
  private final Guard guard;
  private final String tls;
  private final Map<String, Function<Ask, Answer>> pages = new LinkedHashMap<>();
  private final Set<String> files = new HashSet<>();

  /**
   * @param tls who does TLS, for the status
   */
  Routes(ServiceApi api, Guard guard, String tls) {
    this.api = api;
    this.guard = guard;
    this.tls = tls;
    pages.put("/healthz", ask -> health(api.alive()));
    pages.put("/readyz", ask -> health(api.ready()));
    pages.put("/metrics", this::metrics);
    pages.put("/api/v1/status", ask -> ok(status()));
    pages.put("/api/v1/partitions", ask -> Pages.partitions(ask, api.partitions()));
    pages.put("/api/v1/stories", ask -> Pages.of(ask, api.stories(ask.query("of", ""))));
    pages.put("/api/v1/workers", ask -> Pages.of(ask, api.workers()));
    pages.put("/api/v1/incidents", ask -> Pages.of(ask, api.incidents()));
    pages.put("/api/v1/alerts", ask -> Pages.of(ask, api.alerts()));
    pages.put("/api/v1/remedies", ask -> Pages.of(ask, api.remedies()));
    for (PageFile file : PageFile.values()) {
      Answer content = file.answer();
      pages.put(file.path(), ask -> content);
      files.add(file.path());
    }
  }

  /** Every path that is read, but for the stream of events. */
  Set<String> paths() {
    return pages.keySet();
  }

  /** Whether it says how the service is: answered even when nothing else can be. */
  static boolean isHealth(Ask ask) {
    return HEALTH.contains(ask.path());
  }

  /** Whether an answer takes time that others should not have to wait for. */
  boolean isHeavy(Ask ask) {
    return pages.containsKey(ask.path()) && !isHealth(ask) && !files.contains(ask.path());
  }

  /** Why a stream of events is not begun; empty if it may be. */
  Optional<Answer> forbidsStream(Ask ask) {
    Optional<Answer> misdirected = guard.forbidsHost(ask);
    return misdirected.isPresent() ? misdirected : guard.forbidsRead(ask);
  }

  Answer answer(Ask ask) {
    Optional<Answer> misdirected = guard.forbidsHost(ask);
    if (misdirected.isPresent()) {
      return misdirected.get();
    }
    Function<Ask, Answer> page = pages.get(ask.path());
    boolean read = ask.method().equals(HttpMethod.GET) || ask.method().equals(HttpMethod.HEAD);
    if (page != null || ask.path().equals(EVENTS)) {
      return read && page != null
          ? page(ask, page)
          : methodNotAllowed(page == null ? "GET" : "GET, HEAD");
    }
    if (ask.path().equals(THROTTLE)) {
      return throttle(ask);
    }
    Matcher chaos = CHAOS.matcher(ask.path());
    boolean isChaos = chaos.matches() && api.chaosEnabled();
    Optional<Deed> deed = deed(ask.path());
    if (deed.isEmpty() && !isChaos) {
      return Answer.error(
          HttpResponseStatus.NOT_FOUND, "there is nothing at " + ask.path(), "See /api/v1/status.");
    }
    if (!ask.method().equals(HttpMethod.POST)) {
      return methodNotAllowed("POST");
    }
    Optional<Answer> forbidden = guard.forbidsAction(ask);
    if (forbidden.isPresent()) {
      return forbidden.get();
    }
    if (isChaos) {
      return answer(api.act(ServiceApi.Action.CHAOS, chaos.group(1), ask.query("fault", "oom")));
    }
    Optional<JsonNode> body = body(ask.body());
    return body.isEmpty()
        ? Answer.error(
            HttpResponseStatus.BAD_REQUEST,
            "the body is no JSON object",
            "Send {\"reason\": \"…\"}.")
        : answer(
            api.act(
                deed.orElseThrow().action(),
                deed.orElseThrow().target(),
                body.get().path("reason").asText(""),
                body.get().path("confirm").asText("")));
  }

  /** What is asked for, of what. */
  private record Deed(ServiceApi.Action action, String target) {}

  private static Optional<Deed> deed(String path) {
    Matcher partition = PARTITION_ACTION.matcher(path);
    if (partition.matches()) {
      return Optional.of(new Deed(action(partition.group(2)), partition.group(1)));
    }
    Matcher remedy = REMEDY_ACTION.matcher(path);
    if (remedy.matches()) {
      return Optional.of(new Deed(action(remedy.group(2)), remedy.group(1)));
    }
    Matcher revive = REVIVE.matcher(path);
    return revive.matches()
        ? Optional.of(new Deed(action(revive.group(1)), "broker"))
        : Optional.empty();
  }

  private static ServiceApi.Action action(String verb) {
    return ServiceApi.Action.valueOf(verb.toUpperCase(Locale.ROOT));
  }

  private static Answer answer(ServiceApi.ActionResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
    document.put("message", result.message());
    return Answer.json(
        switch (result.outcome()) {
          case DONE -> HttpResponseStatus.OK;
          case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
          case REFUSED -> HttpResponseStatus.CONFLICT;
        },
        document);
  }

  /** The files of the page hold nothing of the service: who has no token yet can enter it there. */
  private Answer page(Ask ask, Function<Ask, Answer> page) {
    if (isHealth(ask) || files.contains(ask.path())) {
      return page.apply(ask);
    }
    return guard.forbidsRead(ask).orElseGet(() -> page.apply(ask));
  }

  private Answer throttle(Ask ask) {
    if (!ask.method().equals(HttpMethod.POST)) {
      return methodNotAllowed("POST");
    }
    Optional<Answer> forbidden = guard.forbidsAction(ask);
    if (forbidden.isPresent()) {
      return forbidden.get();
    }
    JsonNode rate = MissingNode.getInstance();
    try {
      rate = JSON.readTree(ask.body()).path("bytesPerSecond");
    } catch (JsonProcessingException e) {
      // Said below.
    }
    boolean isRate = rate.isNull() || (rate.canConvertToLong() && rate.asLong() > 0);
    return isRate
        ? answer(
            api.throttle(rate.isNull() ? OptionalLong.empty() : OptionalLong.of(rate.asLong())))
        : Answer.error(
            HttpResponseStatus.BAD_REQUEST,
            "the body says no rate",
            "Send {\"bytesPerSecond\": N} with N above 0, or null for no limit.");
  }

  private Map<String, Object> status() {
    Map<String, Object> status = new LinkedHashMap<>(api.status());
    status.put("tls", tls);
    return status;
  }

  private static Optional<JsonNode> body(String text) {
    if (text.isBlank()) {
      return Optional.of(JSON.createObjectNode());
    }
    try {
      return Optional.of(JSON.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Answer methodNotAllowed(String allowed) {
    return Answer.error(
            HttpResponseStatus.METHOD_NOT_ALLOWED, "only " + allowed + " is understood here", "")
        .with("Allow", allowed);
  }

  private static Answer health(ServiceApi.Health health) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("ok", health.ok());
    document.put("detail", health.detail());
    return Answer.json(
        health.ok() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, document);
  }

  private Answer metrics(Ask ask) {
    boolean open = ask.header("accept").contains("application/openmetrics-text");
    return Answer.text(open ? OPEN_METRICS : PROMETHEUS, api.metrics(open));
  }

  private static Answer ok(Object document) {
    return Answer.json(HttpResponseStatus.OK, document);
  }
}
