// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

/**
 * What a user, or a service, asks of a clean.
 *
 * @param nowMs the time that decides horizons, lags and expiry; milliseconds since the epoch
 * @param fromStart whether to begin at the log start, whatever was cleaned before
 * @param respectEligibility whether dirty ratio and lags decide as they do in a broker; if not,
 *     whatever is cleanable is cleaned
 * @param namedByHand whether the partition itself was named, which stands for an unknown policy
 * @param expireTombstones whether tombstones and markers that are due are dropped
 * @param unkeyed what becomes of records without a key
 * @param upgradeFormat whether a partition that holds message formats 0 and 1 alone may be written
 *     in format 2 though its broker may be too old to read that
 */
public record CleanRequest(
    long nowMs,
    boolean fromStart,
    boolean respectEligibility,
    boolean namedByHand,
    boolean expireTombstones,
    UnkeyedPolicy unkeyed,
    boolean upgradeFormat) {}
