// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import io.kleaner.core.record.CorruptBatchException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Applies the records of a metadata log to an image: a frame version, an api key and a version,
 * each an unsigned varint, then the message in the flexible encoding. Records of other kinds, and
 * tagged fields, are passed over; what a metadata transaction (KIP-868) aborts is undone.
 *
 * <p>Not thread-safe.
 */
final class MetadataRecords {

  private static final int TOPIC_RECORD = 2;
  private static final int CONFIG_RECORD = 4;
  private static final int REMOVE_TOPIC_RECORD = 9;
  private static final int BEGIN_TRANSACTION = 23;
  private static final int END_TRANSACTION = 24;
  private static final int ABORT_TRANSACTION = 25;
  private static final int RESOURCE_TOPIC = 2;
  private static final int RESOURCE_BROKER = 4;
  private static final int UUID_BYTES = 16;

  private final MetadataImage image;
  private final List<Runnable> pending = new ArrayList<>();
  private boolean inTransaction;

  MetadataRecords(MetadataImage image) {
    this.image = image;
  }

  /** Applies one record's value. */
  void apply(ByteBuffer value) throws CorruptBatchException {
    try {
      int frame = unsigned(value);
      if (frame != 1) {
        throw new CorruptBatchException("metadata record of unknown frame version " + frame);
      }
      int kind = unsigned(value);
      unsigned(value);
      switch (kind) {
        case TOPIC_RECORD -> {
          String name = text(value).orElse("");
          String id = uuid(value);
          change(() -> image.topic(name, id));
        }
        case REMOVE_TOPIC_RECORD -> {
          String id = uuid(value);
          change(() -> image.removeTopic(id));
        }
        case CONFIG_RECORD -> config(value);
        case BEGIN_TRANSACTION -> inTransaction = true;
        case END_TRANSACTION -> end(true);
        case ABORT_TRANSACTION -> end(false);
        default -> {
          // partitions, features, registrations: of no concern here
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      CorruptBatchException corrupt =
          new CorruptBatchException("metadata record ends inside a field");
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private void config(ByteBuffer value) {
    int resource = value.get();
    String name = text(value).orElse("");
    String key = text(value).orElse("");
    Optional<String> setting = text(value);
    if (resource == RESOURCE_TOPIC || resource == RESOURCE_BROKER) {
      change(() -> image.config(resource == RESOURCE_TOPIC, name, key, setting));
    }
  }

  private void change(Runnable change) {
    if (inTransaction) {
      pending.add(change);
    } else {
      change.run();
    }
  }

  private void end(boolean commit) {
    if (commit) {
      pending.forEach(Runnable::run);
    }
    pending.clear();
    inTransaction = false;
  }

  private static int unsigned(ByteBuffer value) {
    int number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte b = value.get();
      number |= (b & 0x7f) << shift;
      if (b >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number of more than 5 bytes");
  }

  /** A compact string: its length plus one, 0 for null. */
  private static Optional<String> text(ByteBuffer value) {
    int length = unsigned(value) - 1;
    if (length < 0) {
      return Optional.empty();
    }
    if (length > value.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer bytes = value.slice(value.position(), length);
    value.position(value.position() + length);
    return Optional.of(StandardCharsets.UTF_8.decode(bytes).toString());
  }

  /** As {@code partition.metadata} writes it. */
  private static String uuid(ByteBuffer value) {
    byte[] bytes = new byte[UUID_BYTES];
    value.get(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
