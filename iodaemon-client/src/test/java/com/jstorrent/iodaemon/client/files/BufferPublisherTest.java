package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The body of a request, as the JDK's client takes it. */
class BufferPublisherTest {
  private static final int LENGTH = 1_000_000;

  private final byte[] bytes = FilesClientTest.random(LENGTH);

  /** Takes what comes, and perhaps asks for more from within. */
  private static final class Taker implements Flow.Subscriber<ByteBuffer> {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final boolean asksWithin;
    private Flow.@Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private int ends;
    private int depth;

    Taker(boolean asksWithin) {
      this.asksWithin = asksWithin;
    }

    Flow.Subscription subscription() {
      return Objects.requireNonNull(subscription);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
    }

    @Override
    public void onNext(ByteBuffer step) {
      assertThat(depth++).isZero();
      assertThat(ends).isZero();
      byte[] copy = new byte[step.remaining()];
      step.get(copy);
      taken.writeBytes(copy);
      if (asksWithin) {
        subscription().request(1);
      }
      depth--;
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      ends++;
    }

    @Override
    public void onComplete() {
      ends++;
    }
  }

  private BufferPublisher publisher() {
    ByteBuffer direct = ByteBuffer.allocateDirect(500_000).put(bytes, 100_000, 500_000).flip();
    return new BufferPublisher(
        List.of(
            ByteBuffer.wrap(bytes, 0, 100_000),
            ByteBuffer.allocate(0),
            direct,
            ByteBuffer.wrap(bytes, 600_000, 400_000).asReadOnlyBuffer()),
        LENGTH);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allPartsComeInOrderHoweverTheyAreAskedFor(boolean within) {
    BufferPublisher publisher = publisher();
    assertThat(publisher.contentLength()).isEqualTo(LENGTH);
    for (int pass = 0; pass < 2; pass++) { // the JDK may send a request again
      Taker taker = new Taker(within);
      publisher.subscribe(taker);
      assertThat(taker.taken.size()).isZero();
      taker.subscription().request(within ? 1 : Long.MAX_VALUE);
      assertThat(taker.taken.toByteArray()).isEqualTo(bytes);
      assertThat(taker.failure).isNull();
      assertThat(taker.ends).isEqualTo(1);
    }
  }

  @Test
  void nothingIsReadOfBuffersThatWereReleased() {
    BufferPublisher publisher = publisher();
    Taker taker = new Taker(false);
    publisher.subscribe(taker);
    taker.subscription().request(1);
    int before = taker.taken.size();
    assertThat(before).isBetween(1, LENGTH - 1);
    publisher.release();
    Arrays.fill(bytes, (byte) 0);
    taker.subscription().request(1);
    assertThat(taker.taken.size()).isEqualTo(before);
    assertThat(taker.failure).isInstanceOf(IOException.class);
    taker.subscription().request(1);
    assertThat(taker.ends).isEqualTo(1);
  }

  @Test
  void nothingComesAfterCancelling() {
    Taker taker = new Taker(false);
    publisher().subscribe(taker);
    taker.subscription().request(1);
    int before = taker.taken.size();
    taker.subscription().cancel();
    taker.subscription().request(5);
    assertThat(taker.taken.size()).isEqualTo(before);
    assertThat(taker.ends).isZero();
  }

  @Test
  void aDemandThatIsNotPositiveIsAnError() {
    Taker taker = new Taker(false);
    publisher().subscribe(taker);
    taker.subscription().request(0);
    assertThat(taker.failure).isInstanceOf(IllegalArgumentException.class);
    assertThat(taker.ends).isEqualTo(1);
  }
}
