package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The numbers in Java against the headers of C compilers. Three other bindings had 12 bytes for an
 * epoll_event, which is right on x86-64 only.
 */
class ProbeTest {
  private static final Path PROBE =
      Path.of(System.getProperty("basedir", "."), "src", "test", "c", "probe.c");

  @TempDir Path scratch;

  @Test
  void everyNumberIsWhatTheHeadersOfThisMachineSay() throws Exception {
    assumeCompiler("cc");
    Path program = scratch.resolve("probe");
    Outcome compiled = run("cc", "-o", program.toString(), PROBE.toString());
    assertEquals(0, compiled.exitCode, compiled.output);

    Map<String, Long> headers = new TreeMap<>();
    for (String line : run(program.toString()).output.lines().toList()) {
      String[] nameAndValue = line.split(" ", 2);
      headers.put(nameAndValue[0], Long.valueOf(nameAndValue[1]));
    }
    // Also a name that only one side has makes them differ.
    assertEquals(lines(headers), lines(ConstantTable.of(Abi.current())));
  }

  @ParameterizedTest
  @CsvSource({
    "X86_64, x86_64-linux-gnu-gcc",
    "AARCH64, aarch64-linux-gnu-gcc",
    "RISCV64, riscv64-linux-gnu-gcc"
  })
  void everyNumberIsWhatTheHeadersOfAnArchitectureSay(Abi abi, String compiler) throws Exception {
    assumeCompiler(compiler);
    Outcome checked = check(compiler, ConstantTable.of(abi));
    assertEquals(0, checked.exitCode, checked.output);
  }

  @ParameterizedTest
  @CsvSource({
    "AARCH64, aarch64-linux-gnu-gcc, X86_64",
    "RISCV64, riscv64-linux-gnu-gcc, X86_64",
    "AARCH64, aarch64-linux-gnu-gcc, RISCV64"
  })
  void theNumbersOfAnotherArchitectureAreNoticed(Abi abi, String compiler, Abi other)
      throws Exception {
    assumeCompiler(compiler);
    assertNotEquals(abi.differences(), other.differences());
    assertNotEquals(0, check(compiler, ConstantTable.of(other)).exitCode);
  }

  @Test
  void theConstantsInUseAreThoseOfThisArchitecture() {
    Map<String, Long> loaded = ConstantTable.asLoaded();
    Map<String, Long> table = ConstantTable.of(Abi.current());
    table.keySet().retainAll(loaded.keySet());
    assertEquals(lines(table), lines(loaded));
  }

  private Outcome check(String compiler, Map<String, Long> table) throws Exception {
    Path header = scratch.resolve("expected.h");
    List<String> defines = new ArrayList<>();
    table.forEach((name, value) -> defines.add("#define JAVA_" + name + " (" + value + "LL)"));
    Files.write(header, defines);
    return run(
        compiler, "-fsyntax-only", "-DCHECK", "-include", header.toString(), PROBE.toString());
  }

  private static String lines(Map<String, Long> table) {
    return table.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  private static void assumeCompiler(String name) {
    boolean present =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    assumeTrue(present, "no " + name + " on the PATH; install it to check the numbers it knows");
  }

  private record Outcome(int exitCode, String output) {}

  private static Outcome run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
