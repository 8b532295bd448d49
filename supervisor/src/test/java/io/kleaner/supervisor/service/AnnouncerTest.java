// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Listeners, and what happens to one that throws. */
class AnnouncerTest {

  @Test
  void announce_listenerThrows_missesOneEventAndGetsTheNext() {
    Announcer announcer = new Announcer();
    List<Long> heard = new ArrayList<>();
    announcer.subscribe(
        event -> {
          if (event.id() == 2) {
            throw new IllegalStateException("not this one");
          }
          heard.add(event.id());
        });

    for (int i = 0; i < 3; i++) {
      announcer.announce("status", Map.of());
    }

    assertThat(heard).containsExactly(1L, 3L);
    assertThat(announcer.missed()).isEqualTo(1);
  }

  @Test
  void announce_oneThrows_othersHearAll() {
    Announcer announcer = new Announcer();
    List<Long> heard = new ArrayList<>();
    announcer.subscribe(
        event -> {
          throw new IllegalStateException("never");
        });
    announcer.subscribe(event -> heard.add(event.id()));

    announcer.announce("status", Map.of());

    assertThat(heard).containsExactly(1L);
  }
}
