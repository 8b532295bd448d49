// SPDX-License-Identifier: Apache-2.0
/** What of a partition is cleaned, and why not more: values in, values out. Pure. */
package io.kleaner.core.policy;
