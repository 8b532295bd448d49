// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.kleaner.core.io.FileSystem;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.Optional;

/**
 * The TLS side of the server, made anew when its files change, so that a certificate is renewed
 * without a restart. Connections that are open stay as they are. What cannot be used leaves in
 * force what was there. {@link #context} may be asked by anyone; the rest is one thread's.
 */
final class TlsFiles {

  private final FileSystem fileSystem;
  private final HttpConfig config;
  private final SslProvider provider;
  private volatile SslContext context;
  private Tls.Material used;
  private Optional<String> problem = Optional.empty();

  /** How a look at the files ended. */
  enum Found {
    SAME,
    /** They changed and are used. */
    TAKEN,
    /** They had changed, and are again what is used all the time. */
    BACK,
    /** They changed and make no TLS server yet: perhaps they are just being replaced. */
    ODD,
    /** They make no TLS server still. */
    BROKEN
  }

  /**
   * @throws IOException if the files make no TLS server
   */
  TlsFiles(FileSystem fileSystem, HttpConfig config, SslProvider provider) throws IOException {
    this.fileSystem = fileSystem;
    this.config = config;
    this.provider = provider;
    this.used = Tls.read(fileSystem, config);
    this.context = Tls.of(used, config, provider);
  }

  /** For the next connection. */
  SslContext context() {
    return context;
  }

  /** Looks whether the files have changed, and takes them if they have and can be used. */
  Found look() {
    boolean before = problem.isPresent();
    try {
      Tls.Material now = Tls.read(fileSystem, config);
      boolean changed = !now.equals(used);
      if (changed) {
        context = Tls.of(now, config, provider);
        used = now;
      }
      problem = Optional.empty();
      return changed ? Found.TAKEN : before ? Found.BACK : Found.SAME;
    } catch (IOException | RuntimeException e) {
      problem = Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
      return before ? Found.BROKEN : Found.ODD;
    }
  }

  /** What is wrong with the files as they are now; empty if nothing is. */
  Optional<String> problem() {
    return problem;
  }
}
