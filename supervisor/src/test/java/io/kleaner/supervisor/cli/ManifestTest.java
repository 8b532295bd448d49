// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The commands of the Kubernetes manifests are ones that there are, and do what is said of them.
 */
class ManifestTest {

  private static final Path MANIFESTS = Path.of("..", "scripts", "kubernetes");

  @TempDir private Path temp;
  private Path data;

  @BeforeEach
  void restore() throws IOException {
    data = Files.createDirectories(temp.resolve("data"));
    Files.createDirectories(data.resolve("orders-0"));
    Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=1\n");
    Files.writeString(data.resolve(".kafka_cleanshutdown"), "{\"version\":0}");
  }

  private static List<Map<?, ?>> documents(String name) throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    String text = Files.readString(MANIFESTS.resolve(name));
    for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
      documents.add((Map<?, ?>) document);
    }
    return documents;
  }

  private static Map<?, ?> container(Map<?, ?> workload) {
    Map<?, ?> pod = (Map<?, ?>) at(at(workload, "spec"), "template");
    List<?> containers = (List<?>) ((Map<?, ?>) pod.get("spec")).get("containers");
    assertThat(containers).hasSize(1);
    return (Map<?, ?>) containers.get(0);
  }

  private static Map<?, ?> at(Map<?, ?> map, String key) {
    return (Map<?, ?>) map.get(key);
  }

  /** The command of a manifest, with this test's paths in place of those that the pod mounts. */
  private Object[] command(List<Map<?, ?>> documents, String more) throws IOException {
    Path file = temp.resolve("kleaner.yaml");
    String config = String.valueOf(at(documents.get(0), "data").get("kleaner.yaml"));
    Files.writeString(
        file,
        config.replace("/data", data.toString()).replace("/token/token", token().toString())
            + more);
    return ((List<?>) container(documents.get(1)).get("args"))
        .stream()
            .map(String::valueOf)
            .map(word -> word.equals("/etc/kleaner/kleaner.yaml") ? file.toString() : word)
            .map(word -> word.equals("/data") ? data.toString() : word)
            .toArray();
  }

  private Path token() throws IOException {
    return Files.writeString(temp.resolve("token"), "0123456789abcdef");
  }

  private static Object[] and(Object[] words, Object... more) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void watch_command_hasNothingWrongButWhatIsAdded() throws Exception {
    Object[] words = command(documents("kleaner-watch.yaml"), "");
    assertThat(words).contains("watch", "--jmx", "--log-dir");

    Cli.Run run = Cli.run(and(words, "--interval", "0s"));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err().lines().findFirst())
        .hasValueSatisfying(line -> assertThat(line).contains("--interval is above 0"));
    assertThat(run.err().lines()).as("one problem, and where help is").hasSize(2);
  }

  @Test
  void watch_sidecar_readsTheBrokersFilesAndCannotMakeItsPodUnready() throws Exception {
    Map<?, ?> sidecar = container(documents("kleaner-watch.yaml").get(1));

    assertThat(sidecar.toString())
        .contains(
            "livenessProbe={httpGet={path=/healthz",
            "startupProbe={httpGet={path=/healthz",
            "{name=data, mountPath=/data, readOnly=true}")
        .doesNotContain("readinessProbe");
  }

  /** Refused for its port alone, which is another's: all else was taken before. */
  @Test
  void serve_restoredDirectoryOfABroker_isTaken() throws Exception {
    String config = "\nstate.dir: " + temp.resolve("state") + "\n";
    List<Map<?, ?>> documents = documents("kleaner.yaml");
    Object[] words = command(documents, "");
    Path file = temp.resolve("kleaner.yaml");
    Files.writeString(file, Files.readString(file).replace("state.dir: /state", "") + config);

    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Cli.Run run = Cli.run(and(words, "--listen", "127.0.0.1:" + taken.getLocalPort()));

      assertThat(run.exit()).as(run.all()).isEqualTo(1);
      assertThat(run.err()).contains("cannot listen on").doesNotContain("meta.properties");
    }
    assertThat(temp.resolve("state").resolve("incidents.log")).exists();
  }
}
