// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.Relay;
import io.kleaner.supervisor.http.ServiceApi;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The sidecar beside a real broker, in this JVM; tests wait for what it shows. */
final class WatchLab implements AutoCloseable {

  private static final long PATIENCE_S = 240;

  /** As by default, but for how long what is gone is still told. */
  private static final AlertPolicy SOON_OVER =
      new AlertPolicy(
          AlertPolicy.DEFAULT.holdOffMs(), AlertPolicy.DEFAULT.repeatIntervalMs(), 3_000);

  private final WatchService service;
  private final WatchFacade facade;
  private final ServiceApi.Subscription listening;
  private final BlockingQueue<ServiceApi.Event> ticks = new ArrayBlockingQueue<>(1_000);

  private WatchLab(WatchService service) {
    this.service = service;
    this.facade = service.facade();
    this.listening =
        facade.subscribe(
            event -> {
              if (!ticks.offer(event)) {
                ticks.clear();
              }
            });
    service.begin();
  }

  /** By all sources and default settings. */
  static WatchLab start(BrokerJvm broker, Path state) throws IOException {
    return start(broker, state, UnaryOperator.identity(), RemedyPolicy.defaults(false));
  }

  /** By all sources, changed by the test. */
  static WatchLab start(
      BrokerJvm broker, Path state, UnaryOperator<ProbeTargets> change, RemedyPolicy policy)
      throws IOException {
    return start(change.apply(all(broker)), state, policy);
  }

  /** By all sources, told sooner. */
  static WatchLab start(BrokerJvm broker, Path state, JudgeOptions judging) throws IOException {
    return start(all(broker), state, RemedyPolicy.defaults(false), judging);
  }

  /** By all sources, changed by the test, told sooner. */
  static WatchLab start(
      BrokerJvm broker,
      Path state,
      UnaryOperator<ProbeTargets> change,
      RemedyPolicy policy,
      JudgeOptions judging)
      throws IOException {
    return start(change.apply(all(broker)), state, policy, judging);
  }

  /** A source that gives nothing is told after seconds. */
  static JudgeOptions soonSilent() {
    return new Sooner().silent(10_000).options();
  }

  private static ProbeTargets all(BrokerJvm broker) throws IOException {
    return new ProbeTargets(
        Optional.of(new AdminTarget(broker.bootstrap(), Map.of())),
        Optional.empty(),
        Optional.of(JmxTarget.of(broker.jmx(), Optional.empty(), false)),
        List.of(broker.logDir()),
        List.of(broker.logs().resolve("log-cleaner.log"), broker.logs().resolve("server.log")),
        ZoneId.systemDefault(),
        new SettingsResolver(List.of(SettingsSource.internalTopics())));
  }

  /** By these sources. */
  static WatchLab start(ProbeTargets targets, Path state, RemedyPolicy policy) throws IOException {
    return start(targets, state, policy, JudgeOptions.defaults());
  }

  private static WatchLab start(
      ProbeTargets targets, Path state, RemedyPolicy policy, JudgeOptions judging)
      throws IOException {
    return new WatchLab(
        WatchService.open(
            new LocalFileSystem(),
            Clock.system(),
            new WatchSetup(
                targets,
                state,
                List.of(state),
                policy,
                judging,
                500,
                new AlertBook(SOON_OVER, Map.of()),
                new AlertDispatcher(List.of()))));
  }

  /** The Admin API over a wire that can be cut. */
  static ProbeTargets through(Relay relay, ProbeTargets targets) {
    return new ProbeTargets(
        Optional.of(new AdminTarget(relay.address(), Map.of())),
        targets.version(),
        targets.jmx(),
        targets.logDirs(),
        targets.brokerLogs(),
        targets.zone(),
        targets.settings());
  }

  /** Nothing is done without a person. */
  static RemedyPolicy asking() {
    return new RemedyPolicy(
        Map.of(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK), false, RemedyPolicy.Limits.DEFAULT);
  }

  WatchFacade facade() {
    return facade;
  }

  /** Until something is so; looks after each of the sidecar's looks. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - endNs)
          .as("%s: not in time; %s%s", what, facade.status(), incidents(""))
          .isNegative();
      ticks.poll(1, TimeUnit.SECONDS);
    }
  }

  /** So many of the sidecar's looks. */
  void awaitLooks(int looks) throws InterruptedException {
    long from = ticks();
    await(looks + " looks", () -> ticks() >= from + looks);
  }

  private long ticks() {
    return ((Number) facade.status().get("ticks")).longValue();
  }

  boolean isFiring(String rule) {
    return alert(rule).isPresent();
  }

  /** What an alert that fires says. */
  Optional<String> alert(String rule) {
    return facade.alerts().stream()
        .filter(each -> each.get("rule").equals(rule) && each.get("state").equals("firing"))
        .map(Object::toString)
        .findFirst();
  }

  /** An alert that fires of a subject. */
  Optional<Map<String, Object>> alert(String rule, String subject) {
    return facade.alerts().stream()
        .filter(
            each ->
                each.get("rule").equals(rule)
                    && each.get("subject").equals(subject)
                    && each.get("state").equals("firing"))
        .findFirst();
  }

  /** The number of a remedy in a state, the newest. */
  Optional<String> remedy(String remedy, String state) {
    return facade.remedies().stream()
        .filter(each -> each.get("remedy").equals(remedy) && each.get("state").equals(state))
        .map(each -> (String) each.get("id"))
        .findFirst();
  }

  void approve(String id) {
    assertThat(facade.act(ServiceApi.Action.APPROVE, id, "a test").outcome())
        .isEqualTo(ServiceApi.ActionResult.Outcome.DONE);
  }

  /** With what a person names who says yes. */
  ServiceApi.ActionResult approve(String id, String confirm) {
    return facade.act(ServiceApi.Action.APPROVE, id, "a test", confirm);
  }

  /** As a person does by hand. */
  void act(ServiceApi.Action action, String target) {
    ServiceApi.ActionResult result = facade.act(action, target, "a test");
    assertThat(result.outcome())
        .as(result.message())
        .isEqualTo(ServiceApi.ActionResult.Outcome.DONE);
  }

  /** What the journal has of a kind, or of all for an empty one. */
  String incidents(String kind) {
    return facade.incidents().stream()
        .filter(each -> kind.isEmpty() || each.get("kind").equals(kind))
        .map(each -> "\n" + each)
        .collect(Collectors.joining());
  }

  long count(String kind) {
    return facade.incidents().stream().filter(each -> each.get("kind").equals(kind)).count();
  }

  /** Whether a source is known. */
  @SuppressWarnings("unchecked")
  boolean knows(String source) {
    return ((List<Map<String, Object>>) facade.status().get("sources"))
        .stream()
            .anyMatch(
                each -> each.get("source").equals(source) && each.get("state").equals("known"));
  }

  @Override
  public void close() throws IOException {
    listening.close();
    service.close();
  }
}
