package com.jstorrent.iodaemon.testkit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** The system's resolver, except for names that get no answer until {@link #answer} is called. */
public final class HangingNames extends InetAddressResolverProvider {
  /** The end of a name that hangs. */
  public static final String SUFFIX = ".hangs.invalid";

  private static volatile CountDownLatch answered = new CountDownLatch(1);

  /** Answers what hangs: there is no such name. */
  public static void answer() {
    CountDownLatch waiting = answered;
    answered = new CountDownLatch(1);
    waiting.countDown();
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver system = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        if (host.endsWith(SUFFIX)) {
          awaitAnswer();
          throw new UnknownHostException(host);
        }
        return system.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return system.lookupByAddress(address);
      }
    };
  }

  private static void awaitAnswer() throws UnknownHostException {
    try {
      answered.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("The wait was interrupted.");
    }
  }

  @Override
  public String name() {
    return "hanging names";
  }
}
