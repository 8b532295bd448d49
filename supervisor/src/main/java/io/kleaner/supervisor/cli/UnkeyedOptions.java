// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.policy.UnkeyedPolicy;
import picocli.CommandLine.Option;

/** What becomes of records without a key: a clean that met some is refused unless one is given. */
final class UnkeyedOptions {

  @Option(
      names = "--keep-unkeyed",
      description = "Keep records without a key. Default: refuse partitions that have some.")
  private boolean keep;

  @Option(
      names = "--drop-unkeyed",
      description =
          "Drop records without a key, as Kafka does. Default: refuse partitions that have some.")
  private boolean drop;

  UnkeyedPolicy policy() {
    if (keep) {
      return UnkeyedPolicy.KEEP;
    }
    return drop ? UnkeyedPolicy.DROP : UnkeyedPolicy.REFUSE;
  }
}
