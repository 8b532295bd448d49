// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/** What an agent does again and again. Owned by one agent's thread. */
interface Duty extends AutoCloseable {

  /**
   * Does one piece of work.
   *
   * @return false if there was none
   */
  boolean step();

  @Override
  void close();
}
