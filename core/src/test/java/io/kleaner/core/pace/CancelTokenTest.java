// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CancelTokenTest {

  @Test
  void throwIfCancelled_notCancelled_goesOn() {
    assertThatCode(() -> new CancelToken().throwIfCancelled()).doesNotThrowAnyException();
  }

  @Test
  void throwIfCancelled_cancelled_throws() {
    CancelToken token = new CancelToken();
    token.cancel();

    assertThat(token.isCancelled()).isTrue();
    assertThatThrownBy(token::throwIfCancelled).isInstanceOf(CancelledException.class);
  }

  @Test
  @Timeout(10)
  void sleep_cancelledMeanwhile_wakesUp() throws InterruptedException {
    CancelToken token = new CancelToken();
    Thread canceller = new Thread(token::cancel);
    canceller.start();
    token.sleep(TimeUnit.HOURS.toNanos(1));
    canceller.join();

    assertThat(token.isCancelled()).isTrue();
  }
}
