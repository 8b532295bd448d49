// SPDX-License-Identifier: Apache-2.0
/** Topic settings by Kafka's key names, where each came from, and the node's metadata log. */
package io.kleaner.core.settings;
