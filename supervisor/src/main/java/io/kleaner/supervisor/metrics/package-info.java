// SPDX-License-Identifier: Apache-2.0
/** Every metric there is, kept in one registry, shown over JMX and as Prometheus text. */
package io.kleaner.supervisor.metrics;
