// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Cuts lists into the pages that are asked for. Stateless; thread-safe. */
final class Pages {

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  private Pages() {}

  /** A page of a list, by its limit and offset. */
  static Answer of(Ask ask, List<Map<String, Object>> all) {
    return page(ask, all, 0, false);
  }

  /** A page of the partitions that are asked for, in the order that is asked for. */
  static Answer partitions(Ask ask, List<Map<String, Object>> all) {
    String state = ask.query("state", "");
    String topic = ask.query("topic", "");
    String search = ask.query("search", "").toLowerCase(Locale.ROOT);
    List<Map<String, Object>> asked =
        all.stream()
            .filter(each -> state.isEmpty() || state.equals(each.get("state")))
            .filter(each -> topic.isEmpty() || topic.equals(each.get("topic")))
            .filter(
                each ->
                    search.isEmpty()
                        || each.get("partition")
                            .toString()
                            .toLowerCase(Locale.ROOT)
                            .contains(search))
            .toList();
    return switch (ask.query("order", "name")) {
      case "name" -> byName(ask, asked);
      case "dirtiest" -> dirtiest(ask, asked);
      default ->
          Answer.error(
              HttpResponseStatus.BAD_REQUEST,
              "order is name or dirtiest",
              "Leave it out to read them all, page after page.");
    };
  }

  /** They change places while they are cleaned, so there is a first page of them and no other. */
  private static Answer dirtiest(Ask ask, List<Map<String, Object>> asked) {
    return ask.query().containsKey("offset") || ask.query().containsKey("after")
        ? Answer.error(
            HttpResponseStatus.BAD_REQUEST,
            "the dirtiest change places from page to page, so there is only a first page",
            "Leave out order=dirtiest to read them all, or ask for a larger limit.")
        : of(ask, asked);
  }

  private static Answer byName(Ask ask, List<Map<String, Object>> asked) {
    List<Map<String, Object>> all =
        asked.stream().sorted(Comparator.comparing(PartitionPlace::of)).toList();
    if (!ask.query().containsKey("after")) {
      return page(ask, all, 0, true);
    }
    Optional<PartitionPlace> after = PartitionPlace.read(ask.query("after", ""));
    if (after.isEmpty() || ask.query().containsKey("offset")) {
      return Answer.error(
          HttpResponseStatus.BAD_REQUEST,
          "after is the 'next' of the page before, and goes without offset",
          "Leave both out for the first page.");
    }
    long before =
        all.stream().filter(each -> PartitionPlace.of(each).compareTo(after.get()) <= 0).count();
    return page(ask, all, (int) before, true);
  }

  /**
   * @param first where the page begins, if the request says no offset
   * @param goesOn whether the page says how to go on after it
   */
  private static Answer page(Ask ask, List<Map<String, Object>> all, int first, boolean goesOn) {
    int limit;
    int offset;
    try {
      limit = Integer.parseInt(ask.query("limit", Integer.toString(DEFAULT_LIMIT)));
      offset = Integer.parseInt(ask.query("offset", Integer.toString(first)));
    } catch (NumberFormatException e) {
      return badPage();
    }
    if (limit < 1 || limit > MAX_LIMIT || offset < 0) {
      return badPage();
    }
    int from = Math.min(offset, all.size());
    // No others are touched: to read one may be to make it.
    List<Map<String, Object>> items =
        List.copyOf(all.subList(from, from + Math.min(limit, all.size() - from)));
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("items", items);
    document.put("total", all.size());
    document.put("offset", offset);
    document.put("limit", limit);
    if (goesOn) {
      boolean last = items.isEmpty() || items.size() == all.size() - offset;
      document.put("next", last ? "" : PartitionPlace.of(items.get(items.size() - 1)).text());
    }
    return Answer.json(HttpResponseStatus.OK, document);
  }

  private static Answer badPage() {
    return Answer.error(
        HttpResponseStatus.BAD_REQUEST,
        "limit is 1 to " + MAX_LIMIT + ", offset 0 or more",
        "Leave them out for the first " + DEFAULT_LIMIT + ".");
  }
}
