// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/**
 * What became of a condition that no longer holds, where somebody knows.
 *
 * @param rule which, such as {@code CorruptBatchAhead}
 * @param subject of what
 * @param text a clause
 */
public record AlertEnding(String rule, String subject, String text) {}
