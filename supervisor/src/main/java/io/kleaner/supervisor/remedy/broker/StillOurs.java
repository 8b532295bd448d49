// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.nio.file.Path;
import java.util.Optional;

/** What a person is told of a setting of ours that is not taken back now. Stateless. */
final class StillOurs {

  private StillOurs() {}

  static Restored failed(ConfigOverride override, Exception why) {
    return stillOurs(
        override,
        stillSet(override)
            + ", because it could not be taken back: "
            + why.getMessage()
            + ". It is tried again, by the next run with this state directory at the latest; by hand: "
            + override.undoCommand());
  }

  /** It is meant to stay if it works, which its run did not live to see. */
  static Restored unverified(ConfigOverride override, String doubt) {
    return stays(
        override,
        wasSet(override)
            + ", and nobody has seen that the cleaner works with it: "
            + doubt
            + ". It stays until \"kleaner release '"
            + override.target()
            + "'\" takes it back; by hand: "
            + override.undoCommand());
  }

  /** Nobody here takes anything back. */
  static Restored untouched(ConfigOverride override, String why) {
    return stays(
        override,
        wasSet(override)
            + override.clusterId().map(id -> " of cluster " + id).orElse("")
            + " and is not taken back, as far as the journal of overrides knows: "
            + why
            + ". By hand: "
            + override.undoCommand());
  }

  /** What an isolation set covers it: it shows again at the release. */
  static Restored isolated(ConfigOverride override) {
    return stillOurs(
        override,
        override.target()
            + " is isolated, so "
            + override.key()
            + " is not given back now; it was "
            + override.former().own().map(text -> "'" + text + "'").orElse("not set")
            + " there before. The next run with this state directory after its release gives that"
            + " back; by hand, then: "
            + override.undoCommand());
  }

  /** A restart of the cleaner is not safe now. */
  static Restored shut(ConfigOverride override, String why) {
    return stillOurs(
        override, stillSet(override) + ": taking it back restarts the cleaner, and " + why);
  }

  /**
   * It is of another cluster, or may be.
   *
   * @param here the id of the cluster at hand
   * @param journal which has it
   */
  static Restored elsewhere(ConfigOverride override, Optional<String> here, Path journal) {
    return stays(
        override,
        wasSet(override)
            + override
                .clusterId()
                .map(id -> " of cluster " + id)
                .orElse(" of a cluster that is not written down")
            + ", and this is cluster "
            + here.orElse("without an id")
            + ": nothing is taken back here. A run there with the same state directory takes it"
            + " back; by hand, there: "
            + override.undoCommand()
            + " (once nothing in "
            + journal
            + " is set any more, that file may be deleted while no kleaner uses it)");
  }

  private static String wasSet(ConfigOverride override) {
    return override.key() + "=" + override.ours() + " was set on " + override.target();
  }

  private static String stillSet(ConfigOverride override) {
    return override.key() + "=" + override.ours() + " is still set on " + override.target();
  }

  private static Restored stillOurs(ConfigOverride override, String sentence) {
    return new Restored(override, Ending.STILL_OURS, sentence);
  }

  private static Restored stays(ConfigOverride override, String sentence) {
    return new Restored(override, Ending.STILL_OURS, sentence, false);
  }
}
