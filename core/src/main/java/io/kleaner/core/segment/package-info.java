// SPDX-License-Identifier: Apache-2.0
/** Segments: names and stages of their files, their indexes, and the writer of new ones. */
package io.kleaner.core.segment;
