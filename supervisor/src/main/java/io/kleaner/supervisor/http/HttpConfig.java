// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the service is reached.
 *
 * @param address to listen on; port 0 picks a free one
 * @param tlsCertificate PEM chain; with it HTTPS is spoken
 * @param tlsKey PEM private key, PKCS#8
 * @param tlsClientCa PEM authorities; a client certificate of theirs stands for the token
 * @param allowInsecureRemote whether another address than loopback is fine without TLS
 * @param anonymousReads whether reads on another address than loopback are fine without the token
 * @param maxConnections at a time
 * @param maxEventStreams at a time
 * @param actionsPerMinute accepted
 */
public record HttpConfig(
    InetSocketAddress address,
    Optional<Path> tlsCertificate,
    Optional<Path> tlsKey,
    Optional<Path> tlsClientCa,
    boolean allowInsecureRemote,
    boolean anonymousReads,
    int maxConnections,
    int maxEventStreams,
    int actionsPerMinute) {

  /** Loopback, no TLS, a port that is free. */
  public static HttpConfig loopback(int port) {
    return new HttpConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        128,
        16,
        30);
  }

  /** Everything that is wrong with it, each with the fix. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (address.isUnresolved()) {
      problems.add("the host '" + address.getHostString() + "' is not known here");
    } else if (!address.getAddress().isLoopbackAddress()
        && tlsCertificate.isEmpty()
        && !allowInsecureRemote) {
      problems.add(
          "to listen on "
              + address.getHostString()
              + ", which is not loopback, set http.tls.certificate and http.tls.key, or say"
              + " http.allow.insecure.remote=true");
    }
    if (tlsCertificate.isPresent() != tlsKey.isPresent()) {
      problems.add("http.tls.certificate and http.tls.key need each other");
    }
    if (tlsClientCa.isPresent() && tlsCertificate.isEmpty()) {
      problems.add("http.tls.client.ca needs http.tls.certificate and http.tls.key");
    }
    return problems;
  }

  /** Whether reads need the token, or a client's certificate, as actions do. */
  boolean readsNeedToken() {
    return !anonymousReads && !address.getAddress().isLoopbackAddress();
  }

  boolean isTls() {
    return tlsCertificate.isPresent();
  }
}
