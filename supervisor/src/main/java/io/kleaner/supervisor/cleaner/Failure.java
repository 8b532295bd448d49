// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/**
 * A partition failed, and nobody has judged that yet: nobody gets it before that.
 *
 * @param cause whose doing it is, as far as its worker can tell
 * @param worker at whose hands
 * @param reason what, where, and in which state the partition is
 * @param nextStep what to do
 * @param atMs when, milliseconds since the epoch
 */
public record Failure(Cause cause, String worker, String reason, String nextStep, long atMs) {}
