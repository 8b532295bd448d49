// SPDX-License-Identifier: Apache-2.0
/** What time it is, and how long something took; the only place that asks the machine. */
package io.kleaner.core.time;
