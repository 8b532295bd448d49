// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The files of the status page, from the class path; nothing else is ever served from there. */
enum PageFile {
  INDEX("/", "index.html", "text/html; charset=utf-8"),
  SCRIPT("/app.js", "app.js", "text/javascript; charset=utf-8"),
  STYLE("/style.css", "style.css", "text/css; charset=utf-8"),
  OPEN_API("/api/v1/openapi.json", "openapi.json", "application/json; charset=utf-8"),
  ICON("/favicon.svg", "favicon.svg", "image/svg+xml");

  private final String path;
  private final String resource;
  private final String contentType;

  PageFile(String path, String resource, String contentType) {
    this.path = path;
    this.resource = resource;
    this.contentType = contentType;
  }

  String path() {
    return path;
  }

  Answer answer() {
    try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the page's " + resource + " is not in the jar");
      }
      return new Answer(
          HttpResponseStatus.OK,
          contentType,
          new String(in.readAllBytes(), StandardCharsets.UTF_8),
          Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
