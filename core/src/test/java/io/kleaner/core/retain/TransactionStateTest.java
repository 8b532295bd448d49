// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.retain.TransactionState.Marker;
import io.kleaner.core.retain.TransactionState.MarkerFate;
import io.kleaner.core.segment.AbortedTxn;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which data is aborted, and which markers have nothing left to mark. */
class TransactionStateTest {

  private static final AbortedTxn ABORTED = new AbortedTxn(7, 10, 14, 14);

  private static TransactionState with(AbortedTxn... aborted) {
    return new TransactionState(List.of(aborted));
  }

  private static boolean data(TransactionState state, long producerId, long offset) {
    return state.onDataBatch(true, producerId, offset, offset);
  }

  private static MarkerFate marker(
      TransactionState state, Marker marker, long producerId, long offset) {
    return state.onControlBatch(marker, producerId, offset, offset);
  }

  @Test
  void onDataBatch_withinAnAbortedTransaction_aborted() {
    TransactionState state = with(ABORTED);
    assertThat(data(state, 7, 9)).isFalse();
    assertThat(data(state, 7, 10)).isTrue();
    assertThat(data(state, 7, 13)).isTrue();
    assertThat(data(state, 8, 13)).isFalse();
  }

  @Test
  void onDataBatch_notTransactional_neverAborted() {
    assertThat(with(ABORTED).onDataBatch(false, 7, 10, 10)).isFalse();
  }

  @Test
  void onDataBatch_afterTheEntrysEndWithoutItsMarker_notAborted() {
    TransactionState state = with(ABORTED);
    assertThat(data(state, 7, 10)).isTrue();
    assertThat(data(state, 7, 15)).isFalse();
  }

  @Test
  void onDataBatch_entryWhollyBefore_notAborted() {
    TransactionState state = with(ABORTED);
    assertThat(data(state, 7, 20)).isFalse();
  }

  @Test
  void onDataBatch_secondTransactionOfAProducer_judgedByItsOwnEntry() {
    TransactionState state = with(ABORTED, new AbortedTxn(7, 30, 33, 33));
    assertThat(data(state, 7, 11)).isTrue();
    marker(state, Marker.ABORT, 7, 14);
    assertThat(data(state, 7, 20)).isFalse();
    assertThat(marker(state, Marker.COMMIT, 7, 21).discardable()).isFalse();
    assertThat(data(state, 7, 30)).isTrue();
  }

  @Test
  void onControlBatch_commitAfterData_needed() {
    TransactionState state = with();
    data(state, 7, 1);
    assertThat(marker(state, Marker.COMMIT, 7, 2).discardable()).isFalse();
  }

  @Test
  void onControlBatch_commitWithoutData_discardable() {
    TransactionState state = with();
    data(state, 8, 1);
    assertThat(marker(state, Marker.COMMIT, 7, 2).discardable()).isTrue();
  }

  @Test
  void onControlBatch_secondCommitWithoutDataBetween_discardable() {
    TransactionState state = with();
    data(state, 7, 1);
    marker(state, Marker.COMMIT, 7, 2);
    assertThat(marker(state, Marker.COMMIT, 7, 3).discardable()).isTrue();
  }

  @Test
  void onControlBatch_abortAfterItsData_neededWithItsEntry() {
    TransactionState state = with(ABORTED);
    data(state, 7, 12);
    MarkerFate fate = marker(state, Marker.ABORT, 7, 14);
    assertThat(fate.discardable()).isFalse();
    assertThat(fate.indexEntry()).isEqualTo(Optional.of(ABORTED));
  }

  @Test
  void onControlBatch_abortWithoutDataRead_discardableWithoutEntry() {
    TransactionState state = with(ABORTED);
    MarkerFate fate = marker(state, Marker.ABORT, 7, 14);
    assertThat(fate.discardable()).isTrue();
    assertThat(fate.indexEntry()).isEmpty();
  }

  @Test
  void onControlBatch_abortWithoutEntryAfterData_unindexed() {
    TransactionState state = with();
    data(state, 7, 12);
    MarkerFate fate = marker(state, Marker.ABORT, 7, 14);
    assertThat(fate.isUnindexed()).isTrue();
    assertThat(fate.discardable()).isFalse();
  }

  @Test
  void onControlBatch_abortWithoutEntryAndWithoutData_discardable() {
    TransactionState state = with();
    data(state, 8, 12);
    MarkerFate fate = marker(state, Marker.ABORT, 7, 14);
    assertThat(fate.isUnindexed()).isFalse();
    assertThat(fate.discardable()).isTrue();
  }

  @Test
  void onControlBatch_abortWithItsEntry_notUnindexed() {
    TransactionState state = with(ABORTED);
    data(state, 7, 12);
    assertThat(marker(state, Marker.ABORT, 7, 14).isUnindexed()).isFalse();
  }

  @Test
  void unfinished_dataWithoutMarkerAfterIt_itsProducer() {
    TransactionState state = with();
    data(state, 7, 12);
    data(state, 8, 13);
    marker(state, Marker.COMMIT, 7, 14);
    assertThat(state.unfinished()).containsExactly(8L);
  }

  @Test
  void onControlBatch_emptiedBefore_discardable() {
    assertThat(marker(with(), Marker.EMPTIED, 7, 3).discardable()).isTrue();
  }

  @Test
  void onControlBatch_noEndOfATransaction_neverDiscardable() {
    assertThat(marker(with(), Marker.OTHER, 7, 3).discardable()).isFalse();
  }
}
