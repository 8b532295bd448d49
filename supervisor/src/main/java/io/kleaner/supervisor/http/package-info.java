// SPDX-License-Identifier: Apache-2.0
/** What the service shows and takes over HTTP: health, metrics, the API and its page. */
package io.kleaner.supervisor.http;
