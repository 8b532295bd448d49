// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** A node's metadata log, its records encoded by Kafka's own serializer. Not thread-safe. */
public final class MetadataLog {

  public static final byte TOPIC = 2;
  public static final byte BROKER = 4;

  private final Path dir;
  private final List<SimpleRecord> records = new ArrayList<>();

  public MetadataLog(Path logDir) throws IOException {
    this.dir = Files.createDirectories(logDir.resolve(MetadataLogReader.DIRECTORY));
  }

  public MetadataLog topic(String name, Uuid id) {
    return add(new TopicRecord().setName(name).setTopicId(id));
  }

  public MetadataLog removed(Uuid id) {
    return add(new RemoveTopicRecord().setTopicId(id));
  }

  public MetadataLog config(byte type, String resource, String key, String value) {
    return add(
        new ConfigRecord()
            .setResourceType(type)
            .setResourceName(resource)
            .setName(key)
            .setValue(value));
  }

  private MetadataLog add(ApiMessage message) {
    ApiMessageAndVersion versioned = new ApiMessageAndVersion(message, (short) 0);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer bytes =
        ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(versioned, cache));
    MetadataRecordSerde.INSTANCE.write(versioned, cache, new ByteBufferAccessor(bytes));
    records.add(new SimpleRecord(1, null, bytes.array()));
    return this;
  }

  /** Writes what was added since the last time into a file. */
  public MetadataLog write(String file, long baseOffset) throws IOException {
    ByteBuffer batch =
        MemoryRecords.withRecords(
                baseOffset, Compression.NONE, 1, records.toArray(SimpleRecord[]::new))
            .buffer();
    byte[] bytes = new byte[batch.remaining()];
    batch.get(bytes);
    Files.write(dir.resolve(file), bytes);
    records.clear();
    return this;
  }

  Path file(String name) {
    return dir.resolve(name);
  }
}
