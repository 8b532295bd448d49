// SPDX-License-Identifier: Apache-2.0
/**
 * Record formats of magic 0, 1 and 2 and their codecs: batches looked at in place, records walked
 * by their keys or whole, in bounded memory, and batches written anew to the bytes that Kafka would
 * write. Cursors are owned by one worker each.
 */
package io.kleaner.core.record;
