// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Gives a broker batches that no well-behaved producer would make. */
final class RawProduce {

  /** The newest that 2.8 knows. */
  private static final short VERSION = 9;

  /** Of this client alone a broker takes records for the topics that it lives by itself. */
  private static final String CLIENT = "__admin_client";

  private static final int TIMEOUT_MS = 60_000;

  private RawProduce() {}

  /**
   * Sends batches to partition 0 of a topic.
   *
   * @param transactionalId null outside of a transaction
   * @return the offset of their first record
   */
  static long send(String bootstrap, String topic, String transactionalId, MemoryRecords records)
      throws IOException {
    String[] address = bootstrap.split(":");
    RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, VERSION, CLIENT, 1);
    ByteBuffer request =
        new ProduceRequest(data(topic, transactionalId, records), VERSION)
            .serializeWithHeader(header);
    try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
      socket.setSoTimeout(TIMEOUT_MS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(request.remaining());
      byte[] bytes = new byte[request.remaining()];
      request.get(bytes);
      out.write(bytes);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = in.readNBytes(in.readInt());
      return offset(AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header));
    }
  }

  private static ProduceRequestData data(
      String topic, String transactionalId, MemoryRecords records) {
    return new ProduceRequestData()
        .setAcks((short) -1)
        .setTimeoutMs(TIMEOUT_MS)
        .setTransactionalId(transactionalId)
        .setTopicData(
            new TopicProduceDataCollection(
                List.of(
                        new TopicProduceData()
                            .setName(topic)
                            .setPartitionData(
                                List.of(
                                    new PartitionProduceData().setIndex(0).setRecords(records))))
                    .iterator()));
  }

  private static long offset(AbstractResponse response) throws IOException {
    PartitionProduceResponse partition =
        ((ProduceResponse) response)
            .data()
            .responses()
            .iterator()
            .next()
            .partitionResponses()
            .get(0);
    if (partition.errorCode() != Errors.NONE.code()) {
      throw new IOException(
          "the broker refused the batch: "
              + Errors.forCode(partition.errorCode())
              + " "
              + partition.errorMessage());
    }
    return partition.baseOffset();
  }
}
