// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate for 127.0.0.1 that vouches for itself, made by the JDK's keytool.
 *
 * @param store certificate and key, for a client
 */
public record Certificates(Path certificate, Path key, KeyStore store) {

  /** Of the PKCS12 file that is made too. */
  public static final char[] PASSWORD = "changeit".toCharArray();

  /** Makes one in a directory, as {@code NAME.crt}, {@code .key} and {@code .p12}. */
  public static Certificates make(Path dir, String name) throws Exception {
    Path file = dir.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new AssertionError(said);
    }
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
    return new Certificates(
        pem(dir.resolve(name + ".crt"), "CERTIFICATE", store.getCertificate(name).getEncoded()),
        pem(dir.resolve(name + ".key"), "PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()),
        store);
  }

  private static Path pem(Path file, String what, byte[] der) throws Exception {
    return Files.writeString(
        file,
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + what
            + "-----\n");
  }
}
