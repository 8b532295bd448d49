// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Those who work, each in a place that a replacement takes over. */
public interface Workers {

  /** Everyone who has a place now, by name. */
  List<? extends Worker> agents();

  /** Puts a new one in a place, whatever has become of the one before. */
  void start(String id);

  /** The log directory that a worker is bound to; empty for those who go where work is. */
  Optional<Path> boundTo(String id);
}
