// SPDX-License-Identifier: Apache-2.0
/** How fast work may go, and how it is told to stop. Thread-safe. */
package io.kleaner.core.pace;
