package com.jstorrent.iodaemon.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much an account may take, as a table. All numbers are MiB; the memory is 80, the reserve 10. */
class ShareTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
      // share, taken by all, held by the account, to be taken, allowed
      "FAIR, 0, 0, 70, true",
      "FAIR, 0, 0, 71, false",
      "FAIR, 35, 35, 0, true",
      "FAIR, 35, 35, 1, false", // a single account gets half of what is not reserved
      "FAIR, 35, 0, 35, true",
      "FAIR, 69, 0, 1, true",
      "FAIR, 70, 0, 1, false",
      "COMMON, 0, 0, 70, true",
      "COMMON, 60, 60, 10, true",
      "COMMON, 60, 60, 11, false",
      "RESERVED, 75, 0, 5, true",
      "RESERVED, 70, 0, 10, true",
      "RESERVED, 70, 60, 10, true",
      "RESERVED, 70, 0, 11, false",
      "RESERVED, 90, 0, 1, false",
  })
  void whatAnAccountMayTake(Share share, long taken, long held, long bytes, boolean allowed) {
    assertThat(share.allows(80 * MIB, taken * MIB, held * MIB, bytes * MIB)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({"0, 512, true", "1, 512, false", "400, 112, true", "400, 113, false"})
  void theReserveIsForAccountsWithLittle(long heldKib, long kib, boolean allowed) {
    long taken = 72 * MIB; // so a part of the reserve is left, the last half of which is not for them
    assertThat(Share.FAIR.allows(80 * MIB, taken, heldKib << 10, kib << 10)).isEqualTo(allowed);
  }
}
