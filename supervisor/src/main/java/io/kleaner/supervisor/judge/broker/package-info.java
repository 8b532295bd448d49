// SPDX-License-Identifier: Apache-2.0
/**
 * Pure rules over what was seen of a real broker: samples in, diagnoses with evidence and age out.
 * What no source says is unknown, never healthy.
 */
package io.kleaner.supervisor.judge.broker;
