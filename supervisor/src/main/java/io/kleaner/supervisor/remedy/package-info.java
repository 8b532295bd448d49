// SPDX-License-Identifier: Apache-2.0
/** Pure policy: what is to be done about a verdict, how often, and when to stop trying. */
package io.kleaner.supervisor.remedy;
