package com.jstorrent.iodaemon.testkit.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the suite finds what a transport does wrong, and says so. Most tests wait, so all run at once. */
@Execution(ExecutionMode.CONCURRENT)
class BrokenTransportsTest {

  @ParameterizedTest
  @EnumSource(Fault.class)
  void theSuiteNamesTheRuleThatIsBroken(Fault fault) {
    try (AwakeClock clock = new AwakeClock(failure -> {})) {
      assertThatThrownBy(() -> fault.finder().run(new Suite(fault, clock)))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith(fault.rule().sentence() + " Broken: ");
    }
  }

  @Test
  void everyRuleIsBrokenByAFault() {
    Set<Rule> broken =
        Stream.of(Fault.values())
            .map(Fault::rule)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));
    assertThat(broken).containsExactly(Rule.values());
  }

  private record Suite(Fault fault, AwakeClock clock) implements FrameConnectionContract {
    @Override
    public ClientEnd connect(SessionAcceptor acceptor) {
      return new PipeConnection(fault, true, clock).connect(acceptor);
    }

    @Override
    public Duration patience() {
      return Duration.ofSeconds(10);
    }
  }
}
