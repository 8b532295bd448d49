// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the time of a clean goes, in a few groups: a sample belongs to the group of its innermost
 * frame that tells one. Not thread-safe.
 */
public final class ProfileShares {

  /** What a sample can be of. */
  private enum Group {
    /** Ours, Kafka's, and what both use of the JDK and of native libraries. */
    READING(
        "codec, reading",
        "\\w*Decompressor\\..*|Inflater\\..*|\\w*(Inflater|GZIP|Zstd|Snappy|Lz4Block)\\w*InputStream\\w*\\..*"),
    WRITING(
        "codec, writing",
        "(?!No)\\w*Compressor\\..*|Deflater\\..*"
            + "|\\w*(Deflater|GZIP|Zstd|Snappy|Lz4Block)\\w*OutputStream\\w*\\..*"),
    PREAD("`pread`", "\\w*FileDispatcherImpl\\.(p?read|readv)0"),
    PWRITE("`pwrite`", "\\w*FileDispatcherImpl\\.(p?write|writev)0"),
    FORCE("`force`", "\\w*FileDispatcherImpl\\.force0"),
    KEYS("keys and map", "(Key(Map|Hash|Block|Index|Filter|Run|Lane)|Sieve|SkimpyOffsetMap)\\..*"),
    /** Told from the keys, beside which it is called. */
    OTHER("other", "(BatchChecksum|CRC32C?)\\..*");

    private final String title;
    private final Pattern frames;

    Group(String title, String frames) {
      this.title = title;
      this.frames = Pattern.compile(frames);
    }
  }

  private final Map<Group, Long> samples = new EnumMap<>(Group.class);
  private long all;

  /** Adds samples of one stack, outermost frame first, frames as {@code Type.method}. */
  public void add(List<String> stack, long count) {
    samples.merge(group(stack), count, Long::sum);
    all += count;
  }

  private static Group group(List<String> stack) {
    for (int i = stack.size() - 1; i >= 0; i--) {
      for (Group group : Group.values()) {
        if (group.frames.matcher(stack.get(i)).matches()) {
          return group;
        }
      }
    }
    return Group.OTHER;
  }

  /** The lines above the rows. */
  public static String header() {
    StringBuilder titles = new StringBuilder("| Workload | Engine | Threads | Samples |");
    StringBuilder rule = new StringBuilder("|---|---|---:|---:|");
    for (Group group : Group.values()) {
      titles.append(' ').append(group.title).append(" |");
      rule.append("---:|");
    }
    return titles.append('\n').append(rule).append('\n').toString();
  }

  /** One row; what is less than half a percent is left blank. */
  public String row(String workload, String engine, int threads) {
    StringBuilder row =
        new StringBuilder(
            String.format(Locale.ROOT, "| %s | %s | %d | %d |", workload, engine, threads, all));
    for (Group group : Group.values()) {
      long percent = all == 0 ? 0 : Math.round(100.0 * samples.getOrDefault(group, 0L) / all);
      row.append(percent == 0 ? " |" : " " + percent + " % |");
    }
    return row.append('\n').toString();
  }
}
