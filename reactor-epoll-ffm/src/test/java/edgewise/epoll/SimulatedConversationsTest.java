package edgewise.epoll;

import edgewise.Trigger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws 3, 5, 6, 9, 12 and 13 on a kernel that misbehaves in every permitted way. */
class SimulatedConversationsTest {
  static Stream<Arguments> modes() {
    return Stream.of(Trigger.values())
        .flatMap(trigger -> Stream.of(true, false).map(tcp -> Arguments.of(trigger, tcp)));
  }

  private static void check(Trigger trigger, boolean tcp, boolean rough, int most, long millis) {
    String name = trigger + (tcp ? " tcp" : " unix") + (rough ? " rough" : " kind");
    Seeds.check(
        name,
        most,
        millis,
        (seed, trace) -> {
          try (var simulation = new Simulation(seed, trigger, tcp, rough, trace)) {
            simulation.run();
          }
        });
  }

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void whatIsSentBothWaysArrivesInOrderAndEndsOnceWhateverTheKernelDoes(
      Trigger trigger, boolean tcp) {
    check(trigger, tcp, false, 300, 500);
  }

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void resetsAbortsFailuresAndShortagesLoseNoEdgeNoDescriptorAndNoClose(
      Trigger trigger, boolean tcp) {
    check(trigger, tcp, true, 300, 500);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("modes")
  void theSameOverManyMoreSeeds(Trigger trigger, boolean tcp) {
    check(trigger, tcp, false, 20_000, 15_000);
    check(trigger, tcp, true, 20_000, 15_000);
  }
}
