package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.launched.Report;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the bindings work, asked here and in JVMs that were started in other ways. */
class LinuxTest {
  private static final String MODULE_DENIED =
      "native access is denied to module edgewise.linux:"
          + " start java with --enable-native-access=edgewise.linux";
  private static final String CLASS_PATH_DENIED =
      "native access is denied to the class path:"
          + " start java with --enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;

  @Test
  void theBindingsWorkHere() {
    assertNull(Linux.unavailable());
    assertTrue(Linux.nativeAccessEnabled());
  }

  @Test
  void aModuleThatIsDeniedNamesItsFlagInTheReasonAndInEveryCall() throws Exception {
    Launch launch = launchModule("--illegal-native-access=deny");
    launch.assertRefused("java.lang.IllegalCallerException: " + MODULE_DENIED, MODULE_DENIED);
    assertEquals("", launch.err);
  }

  @Test
  void aClassPathThatIsDeniedNamesItsFlagInTheReasonAndInEveryCall() throws Exception {
    Launch launch = launchClassPath("--illegal-native-access=deny");
    launch.assertRefused(
        "java.lang.IllegalCallerException: " + CLASS_PATH_DENIED, CLASS_PATH_DENIED);
    assertEquals("", launch.err);
  }

  @Test
  void aModuleThatWasGrantedAccessWorksWithoutAWarning() throws Exception {
    Launch launch =
        launchModule("--illegal-native-access=deny", "--enable-native-access=edgewise.linux");
    launch.assertWorks("true");
    assertEquals("", launch.err);
  }

  @Test
  void withoutAFlagTheJdkWarnsOnceAndTheBindingsWork() throws Exception {
    Launch launch = launchModule();
    launch.assertWorks("false");
    String marker = "--enable-native-access=edgewise.linux";
    assertEquals(2, launch.err.split(marker, -1).length, launch.err);
  }

  @Test
  void askingWhetherAccessIsEnabledWarnsNobody() throws Exception {
    Launch launch =
        Launch.of(List.of("-cp", classes() + File.pathSeparator + testClasses()), "ask");
    assertEquals(Map.of("enabled", "false"), launch.values);
    assertEquals("", launch.err);
  }

  @Test
  void onAnotherArchitectureClassesLoadAndCallsSayWhy() throws Exception {
    Launch launch = launchClassPath("-Dos.arch=s390x", "--enable-native-access=ALL-UNNAMED");
    String reason =
        "no layouts of kernel structures for the architecture s390x:"
            + " Edgewise knows 64-bit x86-64, aarch64 and riscv64";
    launch.assertRefused("java.lang.UnsupportedOperationException: " + reason, reason);
  }

  @Test
  void onAnotherSystemClassesLoadAndCallsSayWhy() throws Exception {
    Launch launch = launchClassPath("-Dos.name=Mac OS X", "--enable-native-access=ALL-UNNAMED");
    String reason = "Linux system calls need Linux, and this is Mac OS X";
    launch.assertRefused("java.lang.UnsupportedOperationException: " + reason, reason);
  }

  @Test
  void anInterfaceIsKnownByTheJdksNameOfIt() {
    assertEquals(Abi.X86_64, Abi.of("amd64"));
    assertEquals(Abi.X86_64, Abi.of("x86_64"));
    assertEquals(Abi.AARCH64, Abi.of("aarch64"));
    assertEquals(Abi.RISCV64, Abi.of("riscv64"));
    assertNull(Abi.of("x86"));
    assertNull(Abi.of("arm"));
    assertNull(Abi.of("ppc64le"));
    assertNull(Abi.unsupported("Linux", "aarch64", false));
    assertNotNull(Abi.unsupported("Linux", "aarch64", true));
    assertNotNull(Abi.unsupported("Linux", "x86", false));
    assertNotNull(Abi.unsupported("Windows 11", "amd64", false));
  }

  @Test
  void epollEventIsPackedOnX86Only() {
    assertEquals(12, Abi.X86_64.epollEventSize());
    assertEquals(4, Abi.X86_64.epollEventDataOffset());
    for (Abi padded : new Abi[] {Abi.AARCH64, Abi.RISCV64}) {
      assertEquals(16, padded.epollEventSize());
      assertEquals(8, padded.epollEventDataOffset());
    }
  }

  @Test
  void theMachineIsDescribed() throws Exception {
    Uname uname = Uname.uname();
    assertEquals("Linux", uname.sysname());
    Path release = Path.of("/proc/sys/kernel/osrelease");
    assertEquals(Files.readString(release).strip(), uname.release());
    assertEquals(Abi.current().label().replace('-', '_'), uname.machine());
    assertTrue(Libc.description().matches("glibc \\d+\\.\\d+.*|musl"), Libc.description());
  }

  @Test
  void theProcessKnowsItself() throws Exception {
    assertEquals(ProcessHandle.current().pid(), Unistd.getpid());
    Path status = Path.of("/proc/self/status");
    Map<String, String> ids = new HashMap<>();
    for (String line : Files.readAllLines(status)) {
      String[] words = line.split("\\s+", -1);
      ids.put(words[0], words.length > 2 ? words[1] + " " + words[2] : "");
    }
    assertEquals(ids.get("Uid:"), Unistd.getuid() + " " + Unistd.geteuid());
    assertEquals(ids.get("Gid:"), Unistd.getgid() + " " + Unistd.getegid());
  }

  @Test
  void limitsAreReadAndSet() {
    long[] limit = new long[2];
    Descriptors.ok(Resource.getrlimit(Resource.RLIMIT_NOFILE, limit));
    long soft = limit[0];
    assertTrue(soft > 0 && Long.compareUnsigned(soft, limit[1]) <= 0);
    Descriptors.ok(Resource.setrlimit(Resource.RLIMIT_NOFILE, soft - 1, limit[1]));
    Descriptors.ok(Resource.getrlimit(Resource.RLIMIT_NOFILE, limit));
    assertEquals(soft - 1, limit[0]);
    Descriptors.ok(Resource.setrlimit(Resource.RLIMIT_NOFILE, soft, limit[1]));
    Descriptors.assertErrno(Errno.EINVAL, Resource.getrlimit(9999, limit));
    Descriptors.assertErrno(
        Errno.EINVAL, Resource.setrlimit(Resource.RLIMIT_NOFILE, soft, soft - 1));
    Descriptors.ok(Resource.getrlimit(Resource.RLIMIT_CORE, limit));
  }

  private Launch launchModule(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(options));
    command.addAll(List.of("-p", classes(), "--add-modules", "edgewise.linux"));
    // Report reads the module but is not of it.
    command.addAll(List.of("-cp", onlyReport()));
    return Launch.of(command);
  }

  private Launch launchClassPath(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(options));
    command.addAll(List.of("-cp", classes() + File.pathSeparator + testClasses()));
    return Launch.of(command);
  }

  /** A folder with the launched package alone: test classes of edgewise.linux stay outside. */
  private String onlyReport() throws Exception {
    Path source = Path.of(testClasses(), "edgewise", "linux", "launched");
    Path target = Files.createDirectories(folder.resolve("edgewise/linux/launched"));
    try (var files = Files.newDirectoryStream(source)) {
      for (Path file : files) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return folder.toString();
  }

  private static String classes() throws URISyntaxException {
    return location(Linux.class);
  }

  private static String testClasses() throws URISyntaxException {
    return location(Report.class);
  }

  private static String location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** What {@link Report} printed in a JVM of its own. */
  private record Launch(Map<String, String> values, String err) {
    static Launch of(List<String> options, String... arguments) throws Exception {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
      command.addAll(options);
      command.add(Report.class.getName());
      command.addAll(List.of(arguments));
      Path err = Files.createTempFile("report", ".err");
      try {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> out + command);
        Map<String, String> values = new HashMap<>();
        out.lines().map(line -> line.split(": ", 2)).forEach(kv -> values.put(kv[0], kv[1]));
        return new Launch(values, Files.readString(err));
      } finally {
        Files.delete(err);
      }
    }

    void assertWorks(String enabled) {
      Map<String, String> copy = new HashMap<>(values);
      copy.keySet().removeAll(List.of("libc", "pwait2", "openat2"));
      assertEquals(
          Map.of(
              "enabled",
              enabled,
              "unavailable",
              "null",
              "unavailable again",
              "null",
              "O_DIRECTORY is set",
              "true",
              "first call",
              "" + -Errno.EINVAL,
              "second call",
              "" + -Errno.EINVAL,
              "open",
              "" + -Errno.ENOENT,
              "wait",
              "" + -Errno.EBADF),
          copy);
    }

    void assertRefused(String thrown, String reason) {
      Map<String, String> copy = new HashMap<>(values);
      copy.remove("enabled");
      Map<String, String> expected = new HashMap<>();
      expected.put("unavailable", reason);
      expected.put("unavailable again", reason);
      expected.put("libc", "unknown");
      expected.put("O_DIRECTORY is set", "true");
      expected.put("pwait2", "false");
      expected.put("openat2", "false");
      for (String call : List.of("first call", "second call", "open", "wait")) {
        expected.put(call, thrown);
      }
      assertEquals(expected, copy);
    }
  }
}
