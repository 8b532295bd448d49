// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * Counts what is allocated on the heap, by all threads, those that have ended included: what is
 * there at the end, less what was there at the beginning, and what collections freed in between.
 * Exact to a thread's allocation buffer. Made for collectors that stop the world.
 */
final class AllocationMeter {

  private static final long NOTIFICATION_WAIT_MS = 2000;

  private final AtomicLong freed = new AtomicLong();
  private final AtomicLong collections = new AtomicLong();
  private long collectionsBefore;
  private long usedBefore;
  private long freedBefore;

  AllocationMeter() {
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) bean)
          .addNotificationListener(
              (notification, handback) -> {
                if (notification
                    .getType()
                    .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
                  GcInfo info =
                      GarbageCollectionNotificationInfo.from(
                              (CompositeData) notification.getUserData())
                          .getGcInfo();
                  freed.addAndGet(
                      heap(info.getMemoryUsageBeforeGc()) - heap(info.getMemoryUsageAfterGc()));
                  collections.incrementAndGet();
                }
              },
              null,
              null);
    }
    collectionsBefore = counted();
  }

  /** Begins, after a collection, so that garbage of before is nobody's. */
  void start() {
    System.gc();
    awaitNotifications();
    freedBefore = freed.get();
    usedBefore = used();
  }

  /** Bytes allocated since the start. */
  long stop() {
    long now = used();
    awaitNotifications();
    return now - usedBefore + freed.get() - freedBefore;
  }

  /** Notifications come on a thread of their own, a little later. */
  private void awaitNotifications() {
    long deadline = System.currentTimeMillis() + NOTIFICATION_WAIT_MS;
    while (collections.get() < counted() - collectionsBefore
        && System.currentTimeMillis() < deadline) {
      Thread.onSpinWait();
    }
  }

  private static long counted() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private static long used() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long heap(Map<String, MemoryUsage> pools) {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
        .filter(pool -> pools.containsKey(pool.getName()))
        .mapToLong(pool -> pools.get(pool.getName()).getUsed())
        .sum();
  }
}
