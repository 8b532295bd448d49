// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelledException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Waits for what a cluster answers. */
public final class Answers {

  private Answers() {}

  /** The topic is not there, or no longer. */
  public static final class NoSuchTopicException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSuchTopicException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The broker does not let this client in: it is not who it says, or says nothing. */
  public static final class TurnedAwayException extends IOException {
    private static final long serialVersionUID = 1L;

    TurnedAwayException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Waits for an answer.
   *
   * @param what is asked for, as it follows "could not"
   * @throws IOException if there is none in time, or it is an error
   * @throws CancelledException if the thread was interrupted
   */
  public static <T> T await(KafkaFuture<T> answer, Duration patience, String what)
      throws IOException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new NoSuchTopicException("could not " + what + ": there is no such topic", e);
      }
      String text = "could not " + what + ": " + e.getCause().getMessage();
      throw e.getCause() instanceof AuthenticationException
          ? new TurnedAwayException(text, e)
          : new IOException(text, e);
    } catch (TimeoutException e) {
      throw new IOException(
          "could not " + what + ": no answer in " + patience.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }

  /**
   * Waits until all have answered, be it by an error, or the time is over.
   *
   * @throws CancelledException if the thread was interrupted
   */
  public static void awaitAll(Collection<? extends KafkaFuture<?>> answers, Duration patience) {
    try {
      KafkaFuture.allOf(answers.toArray(new KafkaFuture<?>[0]))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Each of them tells by itself.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }

  /** An answer that has come and is no error. */
  public static <T> Optional<T> ifThere(KafkaFuture<T> answer) {
    try {
      return Optional.ofNullable(answer.get(0, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }
}
