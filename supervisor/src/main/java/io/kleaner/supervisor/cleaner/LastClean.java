// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/**
 * How the last clean of a partition in this process ended well.
 *
 * @param atMs when, milliseconds since the epoch
 * @param bytesBefore log bytes of the range before
 * @param bytesAfter log bytes of the range after
 * @param endOffset up to where it is clean
 */
public record LastClean(long atMs, long bytesBefore, long bytesAfter, long endOffset) {}
