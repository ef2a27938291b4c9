package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.DownloadRoot;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartReportTest {
  @Test
  void aDiskThatHangsKeepsNoCarrierOfVirtualThreads() throws Exception {
    CompletableFuture<Thread> asking = new CompletableFuture<>();
    StartReport.log(1, List.of(DownloadRoot.of("k", recording(asking))), List.of());
    Thread thread = asking.get();
    assertThat(thread.isVirtual()).isFalse();
    assertThat(thread.isDaemon()).as("ends with the process").isTrue();
    assertThat(thread).isNotSameAs(Thread.currentThread());
  }

  /** A path that tells which thread asks the disk. */
  private static Path recording(CompletableFuture<Thread> asking) {
    Path real = Path.of("/").toAbsolutePath();
    return (Path) Proxy.newProxyInstance(
        StartReportTest.class.getClassLoader(),
        new Class<?>[] {Path.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "toAbsolutePath", "normalize" -> proxy;
          case "getFileSystem" -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, unknownPath) -> {});
            asking.complete(Thread.currentThread());
            yield real.getFileSystem();
          }
          default -> method.invoke(real, arguments);
        });
  }
}
