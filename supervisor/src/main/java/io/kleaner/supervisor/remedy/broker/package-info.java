// SPDX-License-Identifier: Apache-2.0
/**
 * The hands on a real broker: levers, overrides that are written down before they are set, and the
 * pure rules that say when a hand may move. Nothing here writes into a broker's directories.
 */
package io.kleaner.supervisor.remedy.broker;
