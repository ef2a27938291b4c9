package com.jstorrent.iodaemon.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 § 14, as far as PROTOCOL.md § 5.5 serves it, in tables. */
class RangeTest {
  private static final long SIZE = 1000;
  private static final ByteRange WHOLE = new ByteRange.Whole();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
          "bytes=0-0|0|0",
          "bytes=0-499|0|499",
          "bytes=500-999|500|999",
          "bytes=999-999|999|999",
          "bytes=0-|0|999",
          "bytes=999-|999|999",
          "bytes=0-1000|0|999",
          "bytes=0-18446744073709551616|0|999",
          "bytes=00000000000000000000001-0002|1|2",
          "bytes=-1|999|999",
          "bytes=-1000|0|999",
          "bytes=-1001|0|999",
          "bytes=-99999999999999999999|0|999",
          "BYTES=1-2|1|2",
          "Bytes=1-2|1|2",
          "bytes= 1-2|1|2",
          "bytes=1-2 |1|2",
          "bytes=,1-2,|1|2",
      })
  void oneRangeIsServed(String header, long start, long end) {
    assertThat(ByteRange.of(header, SIZE)).isEqualTo(new ByteRange.Part(start, end));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "bytes=1000-", "bytes=1000-1000", "bytes=1000-2000", "bytes=5000-", "bytes=-0",
          "bytes=-00",
          "bytes=9223372036854775807-", "bytes=9223372036854775808-",
          "bytes=99999999999999999999-99999999999999999999"})
  void aRangeBehindTheFileCannotBeSatisfied(String header) {
    assertThat(ByteRange.of(header, SIZE)).isEqualTo(new ByteRange.Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          // several ranges
          "bytes=0-0,2-2", "bytes=0-0, -1", "bytes=0-,0-", "bytes=5000-,0-0",
          // malformed, or of another unit
          "", " ", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=--1", "bytes=1", "bytes=a-b",
          "bytes=1-b", "bytes=a-2", "bytes=0x1-0x2", "bytes=+1-2", "bytes=1-+2", "bytes=1.0-2",
          "bytes=2-1", "bytes=999-0", "bytes=5000-4000", "bytes=1 - 2", "bytes =1-2", "bytes:1-2",
          "1-2", "=1-2", "lines=1-2", "bytes=1-2-3", "bytes=1-2;x", "bytes=\u0661-\u0662",
          "bytes=1-2\n", "xbytes=1-2", "none"})
  void everythingElseIsTheWholeFile(String header) {
    assertThat(ByteRange.of(header, SIZE)).isEqualTo(WHOLE);
  }

  @Test
  void noHeaderIsTheWholeFile() {
    assertThat(ByteRange.of(null, SIZE)).isEqualTo(WHOLE);
    assertThat(ByteRange.of(null, 0)).isEqualTo(WHOLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-9"})
  void ofAnEmptyFileThereIsNoPart(String header) {
    assertThat(ByteRange.of(header, 0)).isEqualTo(new ByteRange.Unsatisfiable());
  }

  @Test
  void aFileMayBeAsLongAsALongTells() {
    assertThat(ByteRange.of("bytes=-9223372036854775807", Long.MAX_VALUE))
        .isEqualTo(new ByteRange.Part(0, Long.MAX_VALUE - 1));
    assertThat(ByteRange.of("bytes=9223372036854775806-", Long.MAX_VALUE))
        .isEqualTo(new ByteRange.Part(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1));
  }
}
