// SPDX-License-Identifier: Apache-2.0
/** Compaction on demand on a live broker: its own cleaner is asked, and watched. */
package io.kleaner.supervisor.remedy.ondemand;
