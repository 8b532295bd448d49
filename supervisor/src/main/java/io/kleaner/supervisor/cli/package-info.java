// SPDX-License-Identifier: Apache-2.0
/**
 * The one executable: commands, their options, reports and exit codes. The only place that prints
 * and exits.
 */
package io.kleaner.supervisor.cli;
