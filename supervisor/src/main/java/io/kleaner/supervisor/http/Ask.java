// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;

/**
 * A request, as far as it matters.
 *
 * @param path decoded, without the query
 * @param query decoded
 * @param body text, bounded
 * @param clientCertified whether the client showed a certificate of a trusted authority
 */
record Ask(
    HttpMethod method,
    String path,
    Map<String, List<String>> query,
    Map<String, String> headers,
    String body,
    boolean clientCertified) {

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  String query(String name, String otherwise) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? otherwise : values.get(0);
  }
}
