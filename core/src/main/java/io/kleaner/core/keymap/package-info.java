// SPDX-License-Identifier: Apache-2.0
/**
 * Which record of a key is the newest: a keyed hash, a map of twelve bytes a slot, one bit a
 * record, and hash partitions on disk for keys that have no room. Owned by one worker.
 */
package io.kleaner.core.keymap;
