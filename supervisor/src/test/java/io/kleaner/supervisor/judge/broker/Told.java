// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What a judgement tells, for tests. */
final class Told {

  private Told() {}

  /** The rules that hold, in their order. */
  static List<String> rules(Judgement judgement) {
    return judgement.diagnoses().stream().map(each -> each.ailment().rule()).toList();
  }

  /** The only thing that is told of a kind. */
  static Diagnosis only(Judgement judgement, Ailment ailment) {
    assertThat(judgement.of(ailment)).hasSize(1);
    return judgement.of(ailment).get(0);
  }
}
