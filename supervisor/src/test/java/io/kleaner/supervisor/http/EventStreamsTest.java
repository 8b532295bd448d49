// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many streams there may be, whoever asks at the same moment. */
@Timeout(120)
class EventStreamsTest {

  private static final int MOST = 3;
  private static final int ASKING = 8;

  @Test
  void begin_manyAtTheSameMoment_areNeverMoreNorFewerThanMayBe() throws Exception {
    EventStreams streams = new EventStreams(ImmediateEventExecutor.INSTANCE, MOST);
    ExecutorService threads = Executors.newFixedThreadPool(ASKING);
    try {
      for (int round = 0; round < 300; round++) {
        List<EmbeddedChannel> channels = new ArrayList<>();
        List<Callable<Boolean>> asking = new ArrayList<>();
        CyclicBarrier barrier = new CyclicBarrier(ASKING);
        for (int i = 0; i < ASKING; i++) {
          EmbeddedChannel channel = new EmbeddedChannel();
          channels.add(channel);
          asking.add(
              () -> {
                barrier.await();
                return streams.begin(channel);
              });
        }
        int begun = 0;
        for (Future<Boolean> each : threads.invokeAll(asking)) {
          begun += each.get() ? 1 : 0;
        }
        assertThat(begun).as("round " + round).isEqualTo(MOST);
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(streams.size()).isZero();
  }

  @Test
  void begin_oneEndsWhileAnotherIsRefused_placeIsGivenToTheNext() {
    EventStreams streams = new EventStreams(ImmediateEventExecutor.INSTANCE, 1);
    EmbeddedChannel first = new EmbeddedChannel();
    assertThat(streams.begin(first)).isTrue();
    assertThat(streams.begin(new EmbeddedChannel())).isFalse();

    first.finishAndReleaseAll();

    assertThat(streams.begin(new EmbeddedChannel())).isTrue();
  }

  @Test
  void begin_announcedAsSoonAsTheAnswerGoesOut_isPartOfTheStream() {
    EventStreams streams = new EventStreams(ImmediateEventExecutor.INSTANCE, 1);
    AtomicBoolean announced = new AtomicBoolean();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void flush(ChannelHandlerContext context) {
                if (announced.compareAndSet(false, true)) {
                  streams.send(new ServiceApi.Event(1, "worker", Map.of("n", 0)));
                }
                context.flush();
              }
            });
    streams.begin(channel);

    assertThat(channel.outboundMessages())
        .filteredOn(HttpContent.class::isInstance)
        .extracting(each -> ((HttpContent) each).content().toString(StandardCharsets.UTF_8))
        .containsExactly("retry: 2000\n\n", "id: 1\nevent: worker\ndata: {\"n\":0}\n\n");
    channel.finishAndReleaseAll();
  }

  @Test
  void begin_channelThatIsClosedAlready_keepsNoPlace() {
    EventStreams streams = new EventStreams(ImmediateEventExecutor.INSTANCE, 1);
    EmbeddedChannel gone = new EmbeddedChannel();
    gone.finishAndReleaseAll();

    streams.begin(gone);

    assertThat(streams.begin(new EmbeddedChannel())).isTrue();
  }
}
