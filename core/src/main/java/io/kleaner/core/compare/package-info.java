// SPDX-License-Identifier: Apache-2.0
/** Whether two logs say the same to a reader, in bounded memory. Reads only. */
package io.kleaner.core.compare;
