// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** The machine's own disk, with something done before every operation. Thread-safe. */
public final class HookedDisk {

  /** What is done before an operation; what it throws is what the operation throws. */
  public interface Hook {
    void before(String operation, Path path) throws IOException, InterruptedException;
  }

  private HookedDisk() {}

  /** The disk with a hook. */
  public static FileSystem with(Hook hook) {
    FileSystem inner = new LocalFileSystem();
    return (FileSystem)
        Proxy.newProxyInstance(
            HookedDisk.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> {
              Path path = (Path) arguments[0];
              hook.before(method.getName(), path);
              Object result = invoke(inner, method, arguments);
              return result instanceof FileHandle handle ? hooked(handle, path, hook) : result;
            });
  }

  private static FileHandle hooked(FileHandle inner, Path path, Hook hook) {
    return (FileHandle)
        Proxy.newProxyInstance(
            HookedDisk.class.getClassLoader(),
            new Class<?>[] {FileHandle.class},
            (proxy, method, arguments) -> {
              hook.before(method.getName(), path);
              return invoke(inner, method, arguments);
            });
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
