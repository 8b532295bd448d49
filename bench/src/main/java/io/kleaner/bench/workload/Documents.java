// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Orders as a shop would write them: JSON of fixed field names, with the record's key, a state out
 * of a few, a price, a time that rises, and a source that fills what is left of the length; longer
 * ones list items before it. Not thread-safe.
 *
 * <pre>
 *  {"id":"0000000000482019","state":"shipped","total":4299,"at":1700000000123,"source":"shop.example."}
 * </pre>
 */
final class Documents {

  private static final byte[] ID = ascii("{\"id\":\"");
  private static final byte[] STATE = ascii("\",\"state\":\"");
  private static final byte[] TOTAL = ascii("\",\"total\":");
  private static final byte[] AT = ascii(",\"at\":");
  private static final byte[] ITEMS = ascii(",\"items\":[");
  private static final byte[] SKU = ascii("{\"sku\":\"A-");
  private static final byte[] QUANTITY = ascii("\",\"quantity\":");
  private static final byte[] PRICE = ascii(",\"price\":");
  private static final byte[] CENTS = ascii("99");
  private static final byte[] SOURCE = ascii(",\"source\":\"");
  private static final byte[] END = ascii("\"}");
  private static final byte[] SHOP = ascii("shop.example.com/checkout/v2/orders/");
  private static final byte[][] STATES = {
    ascii("created"), ascii("paid"), ascii("packed"), ascii("shipped"), ascii("delivered")
  };

  private static final int LONGEST_STATE = 9;
  private static final int TIME_DIGITS = 13;
  private static final int MOST_MS_APART = 8;
  private static final int SKU_DIGITS = 5;
  private static final int PRICE_DIGITS = 2;
  private static final int PRICE_BYTES = PRICE_DIGITS + 2;
  private static final int ITEM_BYTES =
      SKU.length + SKU_DIGITS + QUANTITY.length + 1 + PRICE.length + PRICE_BYTES + 1;
  private static final int FIXED_BYTES =
      ID.length
          + STATE.length
          + LONGEST_STATE
          + TOTAL.length
          + PRICE_BYTES
          + AT.length
          + TIME_DIGITS
          + SOURCE.length
          + END.length;

  private final SplittableRandom random;
  private long timeMs = GeneratedLog.TIME_MS;
  private byte[] value = new byte[0];
  private int at;

  Documents(SplittableRandom random) {
    this.random = random;
  }

  /** The shortest that holds all fields, whatever their values, beside a key of a length. */
  static int leastBytes(int keyBytes) {
    return FIXED_BYTES + keyBytes;
  }

  /**
   * The next one.
   *
   * @param key of its record
   * @param length exactly, {@link #leastBytes} or more
   */
  byte[] next(byte[] key, int length) {
    timeMs += random.nextInt(MOST_MS_APART);
    value = new byte[length];
    at = 0;
    text(ID);
    text(key);
    text(STATE);
    text(STATES[random.nextInt(STATES.length)]);
    text(TOTAL);
    price();
    text(AT);
    digits(timeMs, TIME_DIGITS);
    int room = length - SOURCE.length - END.length;
    if (at + ITEMS.length + ITEM_BYTES + 1 <= room) {
      items(room);
    }
    text(SOURCE);
    source(length - END.length);
    text(END);
    return value;
  }

  private void items(int until) {
    text(ITEMS);
    item();
    while (at + 1 + ITEM_BYTES + 1 <= until) {
      value[at++] = ',';
      item();
    }
    value[at++] = ']';
  }

  private void item() {
    text(SKU);
    drawn(SKU_DIGITS);
    text(QUANTITY);
    drawn(1);
    text(PRICE);
    price();
    value[at++] = '}';
  }

  private void price() {
    drawn(PRICE_DIGITS);
    text(CENTS);
  }

  private void source(int until) {
    while (at < until) {
      int bytes = Math.min(SHOP.length, until - at);
      System.arraycopy(SHOP, 0, value, at, bytes);
      at += bytes;
    }
  }

  private void text(byte[] text) {
    System.arraycopy(text, 0, value, at, text.length);
    at += text.length;
  }

  /** A number of that many digits, the first of which is no zero. */
  private void drawn(int digits) {
    int least = 1;
    for (int i = 1; i < digits; i++) {
      least *= 10;
    }
    digits(random.nextInt(least, 10 * least), digits);
  }

  private void digits(long number, int digits) {
    long left = number;
    for (int i = at + digits - 1; i >= at; i--) {
      value[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    at += digits;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
