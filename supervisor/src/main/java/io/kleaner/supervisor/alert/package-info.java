// SPDX-License-Identifier: Apache-2.0
/** Tells people: which conditions are pending, firing or over, and through which sinks. */
package io.kleaner.supervisor.alert;
