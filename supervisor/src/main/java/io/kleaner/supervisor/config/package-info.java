// SPDX-License-Identifier: Apache-2.0
/** What people write down for the tool to read: topic settings and the service's own. */
package io.kleaner.supervisor.config;
