// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The machine's own disk, of which one directory is seen under another path, and with as much room
 * as a real one: a picture made with it shows nothing of the machine. Thread-safe.
 */
final class ElsewhereDisk {

  private static final long FREE_BYTES = 412L << 30;

  private final FileSystem inner = new LocalFileSystem();
  private final Path seen;
  private final Path real;

  private ElsewhereDisk(Path seen, Path real) {
    this.seen = seen;
    this.real = real;
  }

  /**
   * The disk.
   *
   * @param seen the path that it shows
   * @param real where the directory is
   */
  static FileSystem showing(Path seen, Path real) {
    ElsewhereDisk disk = new ElsewhereDisk(seen, real);
    return (FileSystem)
        Proxy.newProxyInstance(
            ElsewhereDisk.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("usableBytes")) {
                return FREE_BYTES;
              }
              Object[] there = Arrays.stream(arguments).map(disk::inwards).toArray();
              try {
                return disk.outwards(method.invoke(disk.inner, there));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Object inwards(Object argument) {
    return argument instanceof Path path && path.startsWith(seen)
        ? real.resolve(seen.relativize(path))
        : argument;
  }

  private Object outwards(Object result) {
    if (result instanceof List<?> list) {
      return list.stream().map(this::outwards).toList();
    }
    if (result instanceof Optional<?> optional) {
      return optional.map(this::outwards);
    }
    if (result instanceof FileEntry entry) {
      return new FileEntry(
          (Path) outwards(entry.path()),
          entry.kind(),
          entry.sizeBytes(),
          entry.lastModifiedMs(),
          entry.key());
    }
    return result instanceof Path path && path.startsWith(real)
        ? seen.resolve(real.relativize(path))
        : result;
  }
}
