// SPDX-License-Identifier: Apache-2.0
/**
 * What is seen of a real broker from outside: over JMX, by the Admin API, in its log directories
 * and in its own log files. Each source is optional; what none of them says is {@link
 * io.kleaner.supervisor.probe.broker.Seen.Missing}, which is never healthy.
 */
package io.kleaner.supervisor.probe.broker;
