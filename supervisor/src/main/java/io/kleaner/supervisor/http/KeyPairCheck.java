// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a private key is that of a certificate. The JDK's provider takes any two and fails at
 * each handshake then, as after a renewal of which one half has arrived. Pure.
 */
final class KeyPairCheck {

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

  private KeyPairCheck() {}

  /**
   * What is wrong with them; empty if nothing is, or if it cannot be told of such keys.
   *
   * @param chain PEM, the server's own first
   * @param key PEM, PKCS#8
   */
  static Optional<String> problem(byte[] chain, byte[] key) {
    Matcher pem = PKCS8.matcher(new String(key, StandardCharsets.US_ASCII));
    if (!pem.find()) {
      return Optional.empty();
    }
    try {
      PublicKey shown =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(chain))
              .getPublicKey();
      Optional<String> algorithm = signature(shown.getAlgorithm());
      return algorithm.isEmpty() || belongs(shown, pem.group(1), algorithm.get())
          ? Optional.empty()
          : Optional.of("the key is not that of the certificate");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.of("the key is not that of the certificate: " + e.getMessage());
    }
  }

  private static boolean belongs(PublicKey shown, String base64, String algorithm)
      throws GeneralSecurityException {
    PrivateKey secret =
        KeyFactory.getInstance(shown.getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    byte[] text = {'k'};
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(secret);
    signer.update(text);
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(shown);
    verifier.update(text);
    return verifier.verify(signer.sign());
  }

  private static Optional<String> signature(String keyAlgorithm) {
    return switch (keyAlgorithm) {
      case "RSA" -> Optional.of("SHA256withRSA");
      case "EC" -> Optional.of("SHA256withECDSA");
      case "EdDSA", "Ed25519", "Ed448" -> Optional.of("EdDSA");
      default -> Optional.empty();
    };
  }
}
