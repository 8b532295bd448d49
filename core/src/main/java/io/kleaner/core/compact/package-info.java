// SPDX-License-Identifier: Apache-2.0
/**
 * A clean from beginning to end: two passes, read back, swapped group by group. Carries out what
 * policy decided and chooses nothing itself. One worker, one {@code Compactor}.
 */
package io.kleaner.core.compact;
