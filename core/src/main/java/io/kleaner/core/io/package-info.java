// SPDX-License-Identifier: Apache-2.0
/**
 * The seam to a disk: every file operation of the engine goes through {@code FileSystem}. Nothing
 * else in core touches {@code java.nio.file.Files} or channels.
 */
package io.kleaner.core.io;
