// SPDX-License-Identifier: Apache-2.0
/** Finds what is not as it should be in a partition. Reads only. */
package io.kleaner.core.check;
