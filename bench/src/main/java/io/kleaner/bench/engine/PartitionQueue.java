// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Hands out partitions to threads, each of which takes the next one when it is done. */
final class PartitionQueue {

  private PartitionQueue() {}

  /** Cleans one partition after the other. */
  interface Worker<T> {
    Engine.Phases clean(T partition) throws IOException;
  }

  /**
   * Cleans all.
   *
   * @param workers one a thread; a single one works on the caller's
   */
  static <T> Engine.Phases drain(List<T> partitions, List<? extends Worker<T>> workers)
      throws IOException {
    Queue<T> queue = new ConcurrentLinkedQueue<>(partitions);
    if (workers.size() == 1) {
      return drain(queue, workers.get(0));
    }
    ExecutorService threads = Executors.newFixedThreadPool(workers.size());
    try {
      List<Future<Engine.Phases>> futures = new ArrayList<>();
      for (Worker<T> worker : workers) {
        futures.add(threads.submit(() -> drain(queue, worker)));
      }
      Engine.Phases all = Engine.Phases.NONE;
      for (Future<Engine.Phases> future : futures) {
        all = all.plus(future.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a cleaner's thread failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> Engine.Phases drain(Queue<T> queue, Worker<T> worker) throws IOException {
    Engine.Phases all = Engine.Phases.NONE;
    for (T next = queue.poll(); next != null; next = queue.poll()) {
      all = all.plus(worker.clean(next));
    }
    return all;
  }
}
