package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code edgewise doctor}: what works here, and what to do about what does not. */
class DoctorCommandTest extends CommandProcess {
  @Test
  void theDoctorSaysThatTheBestBackendWorks() throws Exception {
    assumeBackend("epoll");
    try (var doctor = ServeProcess.edgewise("doctor")) {
      var ended = doctor.awaitEnd();
      assertEquals(0, ended.exitCode(), ended.toString());
      assertEquals(List.of(), ended.err());
      assertTrue(
          ended.out().stream().anyMatch(line -> line.matches("ok +backend epoll +works, edge.*")),
          ended.toString());
    }
  }

  @Test
  void withoutNativeAccessTheDoctorNamesTheFlag() throws Exception {
    try (var doctor = ServeProcess.edgewise(List.of(), List.of("doctor"))) {
      var ended = doctor.awaitEnd();
      assertEquals(1, ended.exitCode(), ended.toString());
      assertEquals(List.of(), ended.err());
      assertTrue(
          ended.out().stream()
              .anyMatch(line ->
                  line.matches("fail +native access +denied .*--enable-native-access=ALL-UNNAMED")),
          ended.toString());
    }
  }
}
