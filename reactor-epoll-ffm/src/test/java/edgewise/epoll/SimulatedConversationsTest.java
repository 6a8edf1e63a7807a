package edgewise.epoll;

import edgewise.Trigger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws 3, 5, 6, 9, 12 and 13 on a kernel that misbehaves in every permitted way. */
class SimulatedConversationsTest {
  private static final int MOST_BUSY_MICROS = 60;

  /** Without a trigger named connections are edge-triggered, and listeners level-triggered. */
  static Stream<Arguments> modes() {
    return Stream.concat(Stream.<@Nullable Trigger>of((Trigger) null), Stream.of(Trigger.values()))
        .flatMap(trigger -> Stream.of(true, false).map(tcp -> Arguments.of(trigger, tcp)));
  }

  private static void check(
      @Nullable Trigger trigger, boolean tcp, boolean rough, int most, long millis) {
    check(trigger, tcp, rough, 0, most, millis);
  }

  private static void check(
      @Nullable Trigger trigger,
      boolean tcp,
      boolean rough,
      int busyPollMicros,
      int most,
      long millis) {
    String name = trigger + (tcp ? " tcp" : " unix") + (rough ? " rough" : " kind");
    Seeds.check(
        name,
        most,
        millis,
        (seed, trace) -> {
          try (var simulation = new Simulation(seed, trigger, tcp, rough, busyPollMicros, trace)) {
            simulation.run();
          }
        });
  }

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void whatIsSentBothWaysArrivesInOrderAndEndsOnceWhateverTheKernelDoes(
      @Nullable Trigger trigger, boolean tcp) {
    check(trigger, tcp, false, 300, 500);
  }

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void resetsAbortsFailuresAndShortagesLoseNoEdgeNoDescriptorAndNoClose(
      @Nullable Trigger trigger, boolean tcp) {
    check(trigger, tcp, true, 300, 500);
  }

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void aLoopThatPollsBeforeItSleepsLosesNothingEither(@Nullable Trigger trigger, boolean tcp) {
    check(trigger, tcp, false, MOST_BUSY_MICROS, 150, 300);
    check(trigger, tcp, true, MOST_BUSY_MICROS, 150, 300);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void theSameOverManyMoreSeeds(@Nullable Trigger trigger, boolean tcp) {
    check(trigger, tcp, false, 20_000, 10_000);
    check(trigger, tcp, true, 20_000, 10_000);
    check(trigger, tcp, false, MOST_BUSY_MICROS, 20_000, 5_000);
    check(trigger, tcp, true, MOST_BUSY_MICROS, 20_000, 5_000);
  }
}
