// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.util.function.BiConsumer;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A log that hands every line to a test. As thread-safe as who takes them. */
public final class LineLogger extends LegacyAbstractLogger {

  private static final long serialVersionUID = 1L;

  private final transient BiConsumer<Level, String> lines;

  public LineLogger(BiConsumer<Level, String> lines) {
    this.lines = lines;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level, Marker marker, String message, Object[] arguments, Throwable throwable) {
    lines.accept(level, MessageFormatter.basicArrayFormat(message, arguments));
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return "";
  }

  @Override
  public boolean isTraceEnabled() {
    return true;
  }

  @Override
  public boolean isDebugEnabled() {
    return true;
  }

  @Override
  public boolean isInfoEnabled() {
    return true;
  }

  @Override
  public boolean isWarnEnabled() {
    return true;
  }

  @Override
  public boolean isErrorEnabled() {
    return true;
  }
}
