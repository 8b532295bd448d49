// SPDX-License-Identifier: Apache-2.0
/** Pure rules: samples in, verdicts with evidence out. */
package io.kleaner.supervisor.judge;
