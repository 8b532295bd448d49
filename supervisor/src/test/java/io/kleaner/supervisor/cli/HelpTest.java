// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every command explains itself: what it does, how it is called, what each option is without it.
 */
class HelpTest {

  static Stream<String> commands() {
    return all().stream().map(CommandSpec::qualifiedName);
  }

  private static List<CommandSpec> all() {
    List<CommandSpec> specs = new ArrayList<>();
    collect(model().all(), specs);
    return specs;
  }

  private static Commands model() {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return new Commands(
        new Terminal(nowhere, nowhere, false), new Interrupts(), new LocalFileSystem());
  }

  private static void collect(CommandLine command, List<CommandSpec> into) {
    into.add(command.getCommandSpec());
    command.getSubcommands().values().forEach(each -> collect(each, into));
  }

  private static CommandSpec spec(String name) {
    return all().stream()
        .filter(each -> each.qualifiedName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void commands_ofTheModel_areThoseThatUsersKnow() {
    assertThat(commands())
        .contains("kleaner", "kleaner compact", "kleaner watch", "kleaner alert test")
        .hasSizeGreaterThan(20);
  }

  static Set<String> named() {
    return model().all().getSubcommands().keySet();
  }

  @ParameterizedTest
  @MethodSource("named")
  void of_argumentsThatBeginWithACommand_areThatOneAloneAsAmongAll(String name) {
    CommandLine alone = model().of(name, "--help");

    assertThat(alone.getSubcommands()).containsOnlyKeys(name);
    assertThat(alone.getSubcommands().get(name).getCommandName()).isEqualTo(name);
    assertThat(alone.getSubcommands().get(name).getUsageMessage())
        .isEqualTo(model().all().getSubcommands().get(name).getUsageMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--help", "compat", "Compact"})
  void of_argumentsThatBeginWithNone_areAll(String first) {
    assertThat(model().of(first).getSubcommands()).hasSizeGreaterThan(15);
    assertThat(model().of().getSubcommands()).hasSizeGreaterThan(15);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void command_inTheModel_isDescribedWithAnExample(String name) {
    CommandSpec spec = spec(name);

    assertThat(String.join(" ", spec.usageMessage().description())).hasSizeGreaterThan(20);
    assertThat(spec.usageMessage().footerHeading()).contains("Examples:");
    assertThat(List.of(spec.usageMessage().footer()))
        .anyMatch(line -> line.startsWith("  " + name));
    assertThat(spec.optionsMap()).containsKeys("--help", "--version");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void options_ofTheCommand_sayWhatTheyAreWithoutIt(String name) {
    for (OptionSpec option : spec(name).options()) {
      String text = String.join(" ", option.description());
      assertThat(text).as("%s %s", name, option.longestName()).isNotBlank();
      if (option.arity().max() == 0 || option.required()) {
        // Without a flag, what it says is not done.
        continue;
      }
      String value = option.defaultValue() == null ? "" : option.defaultValue();
      assertThat(text.replace("${DEFAULT-VALUE}", value))
          .as("%s %s", name, option.longestName())
          .contains("Default: " + value);
    }
  }
}
