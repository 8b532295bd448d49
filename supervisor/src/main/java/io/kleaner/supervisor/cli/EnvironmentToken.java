// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The token as the environment has it. Unlike arguments, which everyone on the machine sees, a
 * process's environment is seen by its own user alone. Never printed, never logged.
 */
final class EnvironmentToken {

  /** The variable that holds it. */
  static final String NAME = "KLEANER_TOKEN";

  private static final int LEAST_CHARACTERS = 16;

  private EnvironmentToken() {}

  /** The token, without white space around it; empty if the variable is not set, or blank. */
  static Optional<String> of(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(NAME))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  /**
   * The token of a service.
   *
   * @param problems gets what is wrong with it
   */
  static Optional<String> of(Map<String, String> environment, List<String> problems) {
    Optional<String> token = of(environment);
    token.filter(text -> !fitsHeader(text)).ifPresent(text -> problems.add(noHeader(NAME)));
    token
        .filter(text -> text.length() < LEAST_CHARACTERS)
        .ifPresent(
            text ->
                problems.add(
                    NAME
                        + " holds "
                        + text.length()
                        + " characters: a token has at least "
                        + LEAST_CHARACTERS));
    return token;
  }

  /** Whether a token can be sent: what can't must not get as far as an error that shows it. */
  static boolean fitsHeader(String token) {
    return token.chars().allMatch(each -> each > ' ' && each < 0x7f);
  }

  /** What is wrong with one that can't be sent. */
  static String noHeader(String where) {
    return where + " holds no token: printable ASCII without spaces is expected";
  }
}
