package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.stats.Counter;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 5.4: what the process uses of the machine. */
class ProcessUseTest {
  @TempDir
  Path folder;

  private long resident(String status) throws Exception {
    return new ProcessUse(
        Files.writeString(folder.resolve("status"), status), Optional::empty)
        .residentBytes();
  }

  @Test
  void residentMemoryIsWhatLinuxTells() throws Exception {
    assertThat(resident("Name:\tjava\nVmHWM:\t  999 kB\nVmRSS:\t   123456 kB\nThreads:\t7\n"))
        .isEqualTo(123456L << 10);
  }

  @Test
  void itIsZeroWhereTheSystemDoesNotTell() throws Exception {
    assertThat(resident("Name:\tjava\n")).isZero();
    assertThat(resident("VmRSS:\t kB\n")).isZero();
    assertThat(new ProcessUse(folder.resolve("none"), Optional::empty).residentBytes()).isZero();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDaemonsNumbersAreThoseOfThisProcess() {
    Stats stats = new Stats();
    new ProcessUse().addTo(stats);
    assertThat(stats.get(Counter.HEAP_BYTES)).isBetween(1L, Runtime.getRuntime().maxMemory());
    assertThat(stats.get(Counter.RESIDENT_BYTES)).isGreaterThan(10L << 20);
    long before = stats.get(Counter.CPU_MILLISECONDS);
    assertThat(before).isPositive();
    long work = 0;
    while (stats.get(Counter.CPU_MILLISECONDS) == before) {
      work += System.nanoTime() % 7;
    }
    assertThat(stats.get(Counter.CPU_MILLISECONDS)).as("after some work: " + work)
        .isGreaterThan(before);
  }

  @Test
  void withoutADescriptorTheLastNumbersStay() throws Exception {
    Path status = Files.writeString(folder.resolve("status"), "VmRSS: 7 kB\n");
    AtomicReference<Optional<Duration>> cpu =
        new AtomicReference<>(Optional.of(Duration.ofMillis(500)));
    ProcessUse use = new ProcessUse(status, cpu::get);
    assertThat(use.cpuMillis()).isEqualTo(500);
    assertThat(use.residentBytes()).isEqualTo(7 << 10);
    cpu.set(Optional.empty());
    Files.delete(status);
    assertThat(use.cpuMillis()).isEqualTo(500);
    assertThat(use.residentBytes()).isEqualTo(7 << 10);
    cpu.set(Optional.of(Duration.ofMillis(501)));
    assertThat(use.cpuMillis()).isEqualTo(501);
  }
}
