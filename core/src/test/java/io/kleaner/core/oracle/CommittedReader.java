// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/**
 * Reads a log as a fetching consumer does: the broker names the aborted transactions from its
 * transaction indexes, the consumer leaves their records out.
 */
final class CommittedReader {

  private static final int FETCH_BYTES = 1024 * 1024;

  private final UnifiedLog log;
  private final Map<String, String> live = new TreeMap<>();

  CommittedReader(UnifiedLog log) {
    this.log = log;
  }

  Map<String, String> liveRecords() throws IOException {
    long next = log.logStartOffset();
    while (next < log.lastStableOffset()) {
      FetchDataInfo fetched = log.read(next, FETCH_BYTES, FetchIsolation.TXN_COMMITTED, true);
      long after = consume(fetched, next);
      if (after == next) {
        break;
      }
      next = after;
    }
    return live;
  }

  private long consume(FetchDataInfo fetched, long from) {
    List<AbortedTransaction> aborted =
        new ArrayList<>(fetched.abortedTransactions.orElse(List.of()));
    aborted.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
    Set<Long> abortedProducers = new HashSet<>();
    long next = from;
    for (RecordBatch batch : fetched.records.batches()) {
      while (!aborted.isEmpty() && aborted.get(0).firstOffset() <= batch.lastOffset()) {
        abortedProducers.add(aborted.remove(0).producerId());
      }
      if (batch.isControlBatch()) {
        for (Record marker : batch) {
          if (ControlRecordType.parse(marker.key()) == ControlRecordType.ABORT) {
            abortedProducers.remove(batch.producerId());
          }
        }
      } else if (!batch.isTransactional() || !abortedProducers.contains(batch.producerId())) {
        for (Record record : batch) {
          take(record);
        }
      }
      next = batch.nextOffset();
    }
    return next;
  }

  private void take(Record record) {
    if (record.hasKey() && record.offset() >= log.logStartOffset()) {
      String key = hex(record.key());
      if (record.hasValue()) {
        live.put(key, record.offset() + " " + record.timestamp() + " " + hex(record.value()));
      } else {
        live.remove(key);
      }
    }
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
