// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A connection on which a test sends what no client would. */
final class Wire implements AutoCloseable {

  private static final int PATIENCE_MS = 60_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  Wire(int port) throws IOException {
    // Small, so that who does not read is noticed soon.
    socket.setReceiveBufferSize(4 << 10);
    socket.setSoTimeout(PATIENCE_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    in = new BufferedInputStream(socket.getInputStream());
  }

  Wire send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  /** A request as it should be. */
  Wire ask(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  }

  /** Whether something has come that was not read yet. */
  boolean hasAnswer() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until a text has come, and gives all that came. */
  String until(String text) throws IOException {
    StringBuilder all = new StringBuilder();
    int size = text.length();
    while (all.length() < size || !all.substring(all.length() - size).equals(text)) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("closed before '" + text + "': " + all);
      }
      all.append((char) next);
    }
    return all.toString();
  }

  /** Reads to the end; an end by force is one too. */
  String rest() throws IOException {
    StringBuilder all = new StringBuilder();
    byte[] buffer = new byte[64 << 10];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        all.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open after " + PATIENCE_MS + " ms", e);
    } catch (SocketException reset) {
      return all.toString();
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
