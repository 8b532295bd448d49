// SPDX-License-Identifier: Apache-2.0
/**
 * The sidecar: the same supervisor, judged from a real broker's samples, with hands that pull its
 * levers.
 */
package io.kleaner.supervisor.watch;
