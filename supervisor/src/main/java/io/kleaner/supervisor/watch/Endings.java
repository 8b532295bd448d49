// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;

/** What came of remedies, in words and as a state. */
final class Endings {

  private Endings() {}

  static Ticket.State state(RemedyDesk.Answer answer) {
    if (answer instanceof RemedyDesk.Answer.Acted acted) {
      if (acted.outcome() instanceof RemedyOutcome.Refused) {
        return Ticket.State.REFUSED;
      }
      return acted.outcome() instanceof RemedyOutcome.NotEffective
          ? Ticket.State.FAILED
          : Ticket.State.EFFECTIVE;
    }
    return Ticket.State.REFUSED;
  }

  static String text(RemedyDesk.Answer answer) {
    return answer instanceof RemedyDesk.Answer.Acted acted
        ? text(acted.outcome())
        : text(((RemedyDesk.Answer.Held) answer).decision());
  }

  private static String text(RemedyOutcome outcome) {
    if (outcome instanceof RemedyOutcome.Revived revived) {
      return "new threads "
          + revived.after()
          + " for "
          + revived.before()
          + " after "
          + revived.tookMs()
          + " ms: "
          + revived.proof().text()
          + revived.leftover().map(each -> "; " + each).orElse("");
    }
    if (outcome instanceof RemedyOutcome.Changed changed) {
      return changed.summary() + " (" + changed.tookMs() + " ms)";
    }
    if (outcome instanceof RemedyOutcome.Refused refused) {
      return refused.reason() + ". " + refused.nextStep();
    }
    RemedyOutcome.NotEffective failed = (RemedyOutcome.NotEffective) outcome;
    return failed.reason()
        + (failed.undone() ? "; everything is set as it was" : "; not everything was taken back")
        + "; "
        + failed.evidence();
  }

  private static String text(Decision decision) {
    if (decision instanceof Decision.No no) {
      return no.reason();
    }
    if (decision instanceof Decision.Wait wait) {
      return wait.reason();
    }
    return decision instanceof Decision.Ask ask ? ask.question() : "";
  }
}
