// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.SpaceLedger.Answer;
import io.kleaner.core.io.SpaceLedger.Claim;
import io.kleaner.core.io.SpaceLedger.WhenTaken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No two writers count on the same free bytes. */
class SpaceLedgerTest {

  private static final long MIB = 1024 * 1024;

  @TempDir private Path dir;
  private final SpaceLedger ledger = new SpaceLedger(WhenTaken.REFUSE);
  private FaultyFileSystem disk;

  @BeforeEach
  void smallDisk() {
    usable(100 * MIB);
  }

  @Test
  void claim_asMuchAsIsFree_granted() throws IOException {
    assertThat(claim(100 * MIB)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void claim_moreThanIsFree_shortOfOthers() throws IOException {
    assertThat(claim(100 * MIB + 1)).isEqualTo(new Answer.Lacking(100 * MIB, 0, 0));
  }

  @Test
  void claim_whatAnotherClaimed_short() throws IOException {
    claim(60 * MIB);

    assertThat(claim(41 * MIB)).isEqualTo(new Answer.Lacking(100 * MIB, 60 * MIB, 1));
    assertThat(claim(40 * MIB)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void claim_inAnotherDirectoryOfTheSameStore_short() throws IOException {
    claim(60 * MIB);
    Path other = Files.createDirectory(dir.resolve("other"));

    assertThat(ledger.claim(disk, other, 41 * MIB, () -> false)).isInstanceOf(Answer.Lacking.class);
  }

  @Test
  void claim_onAnotherStore_granted() throws IOException {
    claim(60 * MIB);
    FileSystem other = new CrashableFileSystem(new DiskState());

    assertThat(ledger.claim(other, Path.of("/"), MIB, () -> false))
        .isInstanceOf(Answer.Granted.class);
  }

  @Test
  void close_whatWasClaimed_isFreeAgain() throws IOException {
    granted(60 * MIB).close();

    assertThat(claim(100 * MIB)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void wrote_whatTheDiskSaysItself_isNotCountedTwice() throws IOException {
    granted(60 * MIB).wrote(50 * MIB);
    usable(50 * MIB);

    // 10 are still to be written, and 1 may be in a buffer.
    assertThat(claim(39 * MIB)).isInstanceOf(Answer.Granted.class);
    assertThat(claim(1)).isInstanceOf(Answer.Lacking.class);
  }

  @Test
  void wrote_byOneOfSeveralBuffers_allOfThemMayNotBeOnTheDiskYet() throws IOException {
    Claim claim =
        ((Answer.Granted) ledger.claim(disk, dir, 60 * MIB, 3 * MIB, () -> false)).claim();
    claim.wrote(50 * MIB);
    usable(50 * MIB);

    assertThat(claim(37 * MIB)).isInstanceOf(Answer.Granted.class);
    assertThat(claim(1)).isInstanceOf(Answer.Lacking.class);
  }

  @Test
  void wrote_moreThanWasClaimed_takesNothingFromOthers() throws IOException {
    granted(10 * MIB).wrote(90 * MIB);

    assertThat(claim(100 * MIB)).isInstanceOf(Answer.Granted.class);
  }

  @Test
  void expect_theNextGroup_isClaimedAnew() throws IOException {
    Claim claim = granted(60 * MIB);
    claim.wrote(60 * MIB);
    claim.expect(70 * MIB);

    assertThat(claim(31 * MIB)).isInstanceOf(Answer.Lacking.class);
  }

  @Test
  void claim_whatOneThatWasGivenUpClaimed_granted() throws IOException {
    AtomicBoolean givenUp = new AtomicBoolean();
    ledger.claim(disk, dir, 60 * MIB, givenUp::get);
    givenUp.set(true);

    assertThat(claim(100 * MIB)).isInstanceOf(Answer.Granted.class);
  }

  private void usable(long bytes) {
    disk = new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(bytes);
  }

  private Answer claim(long bytes) throws IOException {
    return ledger.claim(disk, dir, bytes, () -> false);
  }

  private Claim granted(long bytes) throws IOException {
    return ((Answer.Granted) claim(bytes)).claim();
  }
}
