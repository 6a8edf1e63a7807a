package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.cli.Finding.Grade;
import edgewise.linux.Errno;
import edgewise.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @Test
  void eachLineHasAGradeANameAndAValue() {
    Printed report = Printed.by("doctor");
    assertEquals("", report.err());
    for (String line : report.out().lines().toList()) {
      assertTrue(line.matches("(ok  |warn|fail)  \\S.*?  \\S.*"), line);
    }
    for (String name : List.of("kernel", "libc", "architecture", "jdk", "open files")) {
      assertTrue(report.out().contains("  " + name + "  "), name + " in\n" + report.out());
    }
  }

  @Test
  void theExitCodeIsThatOfTheBestBackend() {
    assertEquals(Linux.unavailable() == null ? 0 : 1, Printed.by("doctor").exitCode());
  }

  @Test
  void probingLeavesNoDescriptorBehind() throws Exception {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "there is no " + DESCRIPTORS);
    Printed.by("doctor"); // what the JVM opens at first use and keeps is open now
    long before = openDescriptors();
    Printed.by("doctor");
    assertEquals(before, openDescriptors());
  }

  private static long openDescriptors() throws IOException {
    try (var descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.count();
    }
  }

  @Test
  void aMissingFeatureIsAWarningWithTheErrnoAndTheWayOut() {
    assertEquals(
        Finding.warn("openat2", "ENOSYS (Function not implemented)", "needs Linux 5.6"),
        FeatureFindings.finding("openat2", "safe", "needs Linux 5.6", -Errno.ENOSYS));
    assertEquals(
        Finding.ok("openat2", "safe"),
        FeatureFindings.finding("openat2", "safe", "needs Linux 5.6", 0));
  }

  @Test
  void deniedNativeAccessIsAFailureWithTheExactFlag() {
    Finding denied =
        MachineFindings.nativeAccess(
            false, "denied: start java with " + Linux.nativeAccessOption());
    assertEquals(Grade.FAIL, denied.grade());
    assertTrue(denied.advice().contains("--enable-native-access=ALL-UNNAMED"), denied.advice());
    assertEquals(Grade.WARN, MachineFindings.nativeAccess(false, null).grade());
    assertEquals(Grade.OK, MachineFindings.nativeAccess(true, null).grade());
  }

  @Test
  void anotherSystemIsNoFailureOfItsOwn() {
    assertEquals(Grade.WARN, MachineFindings.kernel("Mac OS X", "15.1").grade());
    assertEquals(Grade.OK, MachineFindings.kernel("Linux", "6.1").grade());
  }

  @Test
  void withoutAnyBackendTheFirstFindingIsAFailure() {
    assertEquals(Grade.FAIL, BackendFindings.of(List.of()).getFirst().grade());
  }

  @Test
  void columnsAreTwoBlanksApart() {
    assertEquals(
        List.of("ok    a    one", "warn  bcd  two  do it", "fail  e    3    now"),
        Finding.lines(
            List.of(
                Finding.ok("a", "one"),
                Finding.warn("bcd", "two", "do it"),
                Finding.fail("e", "3", "now"))));
  }
}
