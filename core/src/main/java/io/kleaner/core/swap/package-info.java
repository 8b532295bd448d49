// SPDX-License-Identifier: Apache-2.0
/**
 * How new segments take the place of old ones so that a crash at any moment loses nothing, and how
 * an interrupted swap is finished or undone.
 */
package io.kleaner.core.swap;
