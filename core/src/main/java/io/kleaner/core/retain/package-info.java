// SPDX-License-Identifier: Apache-2.0
/**
 * The rules by which a batch is kept, rewritten, reduced to its header or dropped. Pure: no I/O, no
 * threads, no logging.
 */
package io.kleaner.core.retain;
