// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

/** One step of a recovery, on names in one partition directory. */
public sealed interface RecoveryAction {

  /** Deletes a file. */
  record Delete(String name) implements RecoveryAction {}

  /** Renames a file, over what may stand there. */
  record Rename(String from, String to) implements RecoveryAction {}

  /** Makes what came before durable before what follows begins. */
  record Sync() implements RecoveryAction {}
}
