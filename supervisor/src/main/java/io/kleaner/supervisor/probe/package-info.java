// SPDX-License-Identifier: Apache-2.0
/** What is seen of those who clean, each sample with its age; no data is a value too. */
package io.kleaner.supervisor.probe;
