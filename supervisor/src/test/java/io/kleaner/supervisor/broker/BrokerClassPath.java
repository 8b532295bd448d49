// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class paths of brokers, resolved by Maven from one project file for each version below {@code
 * src/test/brokers}, and remembered below {@code target/brokers}. Maven is asked to do without a
 * network first. Thread-safe.
 */
final class BrokerClassPath {

  private static final String GOAL =
      "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath";

  /** What Maven says when a repository does not answer or does not have it. */
  private static final Pattern NOT_FETCHED =
      Pattern.compile(
          "Could not transfer artifact|Could not find artifact|was not found in|in offline mode");

  private BrokerClassPath() {}

  /** The jars cannot be had here. */
  static final class NotFetchedException extends IOException {
    private static final long serialVersionUID = 1;

    NotFetchedException(String message) {
      super(message);
    }
  }

  /** The jars of a version, and our own test classes, for a {@link ChildJvm}. */
  static synchronized String of(KafkaVersion version) throws IOException, InterruptedException {
    Path classes = testClasses();
    Path module = classes.getParent().getParent();
    Path project = module.resolve("src/test/brokers/kafka-" + version.number() + "/pom.xml");
    Path remembered =
        classes.resolveSibling("brokers").resolve("kafka-" + version.number() + ".classpath");
    if (!usable(remembered, project)) {
      resolve(project, remembered);
    }
    return classes + File.pathSeparator + Files.readString(remembered).strip();
  }

  private static Path testClasses() throws IOException {
    try {
      return Path.of(
          BrokerClassPath.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("no directory of test classes", e);
    }
  }

  private static boolean usable(Path remembered, Path project) throws IOException {
    return Files.exists(remembered)
        && Files.getLastModifiedTime(remembered).compareTo(Files.getLastModifiedTime(project)) >= 0
        && Stream.of(Files.readString(remembered).strip().split(File.pathSeparator))
            .allMatch(jar -> Files.exists(Path.of(jar)));
  }

  private static void resolve(Path project, Path remembered)
      throws IOException, InterruptedException {
    Files.createDirectories(remembered.getParent());
    Path output = Files.createTempFile(remembered.getParent(), "resolving", ".classpath");
    try {
      Optional<String> offline = maven(project, output, List.of("-o"));
      if (offline.isPresent()) {
        Optional<String> online = maven(project, output, List.of());
        if (online.isPresent() && NOT_FETCHED.matcher(online.get()).find()) {
          throw new NotFetchedException(
              "the jars of "
                  + project.getParent().getFileName()
                  + " are not in the local repository, and Maven could not fetch them:\n"
                  + online.get().lines().limit(5).collect(Collectors.joining("\n")));
        }
        if (online.isPresent()) {
          throw new IOException(
              "Maven could not resolve the class path of " + project + ":\n" + online.get());
        }
      }
      Files.move(output, remembered, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Runs Maven; empty if that went well, otherwise what it printed. */
  private static Optional<String> maven(Path project, Path output, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(executable());
    command.addAll(List.of("-B", "-ntp", "-q"));
    command.addAll(options);
    // As whoever runs this build runs it.
    given("test.maven.settings")
        .filter(file -> Files.exists(Path.of(file)))
        .ifPresent(file -> command.addAll(List.of("-s", file)));
    given("test.maven.repository")
        .ifPresent(directory -> command.add("-Dmaven.repo.local=" + directory));
    command.addAll(
        List.of("-f", project.toString(), GOAL, "-Dmdep.outputFile=" + output.toAbsolutePath()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.empty() : Optional.of(printed);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String executable() {
    return given("test.maven.home")
        .map(home -> Path.of(home, "bin", "mvn").toString())
        .orElse("mvn");
  }

  private static Optional<String> given(String property) {
    return Optional.ofNullable(System.getProperty(property))
        .filter(value -> !value.isBlank() && !value.contains("${"));
  }
}
