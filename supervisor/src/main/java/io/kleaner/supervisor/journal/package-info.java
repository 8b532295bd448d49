// SPDX-License-Identifier: Apache-2.0
/** What happened and what was done about it, kept over restarts. */
package io.kleaner.supervisor.journal;
