package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AOT cache that the build makes, and that {@code ./edgewise} starts with; docs/startup.md. */
class AotCacheTest {
  private static final Path APP = Path.of("../cli/target/edgewise").toAbsolutePath().normalize();
  private static final Path CACHE = APP.resolve("edgewise.aot");

  @TempDir private Path directory;

  @BeforeEach
  void isBuilt() throws IOException {
    Path madeWith = APP.resolve("edgewise.aot.txt");
    assumeTrue(Files.exists(madeWith), "no cache: run mvn package -pl cli -am");
    assumeTrue(
        Files.readString(madeWith).startsWith(Runtime.version() + " "),
        "the cache was made by another JDK");
    Files.writeString(directory.resolve("a.txt"), "answer");
  }

  @Test
  void theCacheOfTheBuildHoldsTheClassesOfTheServer() throws Exception {
    Path loaded = directory.resolve("loaded");
    assertServes(CACHE, "-Xlog:class+load:file=" + loaded);
    List<String> server =
        Files.readAllLines(loaded).stream()
            .filter(line -> line.contains(" edgewise.http.HttpServer source:"))
            .toList();
    assertEquals(1, server.size(), server.toString());
    assertTrue(server.getFirst().contains("source: shared objects file"), server.toString());
  }

  @Test
  void aCacheOfOtherJarsIsPassedOverInSilence() throws Exception {
    Path jars = Files.createDirectory(directory.resolve("jars"));
    try (var all = Files.list(APP.resolve("lib"))) {
      for (Path jar : all.toList()) {
        Files.copy(jar, jars.resolve(jar.getFileName())); // newer than the ones in the cache
      }
    }
    assertServes(jars, CACHE);
  }

  @Test
  void aCacheForOtherOptionsOfTheJvmIsPassedOverInSilence() throws Exception {
    assertServes(CACHE, "-XX:+UseCompactObjectHeaders");
  }

  @Test
  void aBrokenCacheIsPassedOverInSilence() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken.aot"), "this is none");
    assertServes(broken);
    assertServes(directory.resolve("missing.aot"));
  }

  private void assertServes(Path cache, String... options) throws Exception {
    assertServes(APP.resolve("lib"), cache, options);
  }

  /** With the options of ./edgewise: it serves, and prints nothing but what it always prints. */
  private void assertServes(Path jars, Path cache, String... options) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--module-path", jars.toString(), "--add-modules", "ALL-MODULE-PATH"));
    command.add("--enable-native-access=edgewise.linux");
    command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
    command.addAll(List.of(options));
    command.addAll(List.of("-m", "edgewise.cli/edgewise.cli.Main", "serve"));
    command.addAll(List.of(directory.toString(), "--listen", "0"));
    try (var serve = ServeProcess.start(command)) {
      serve.awaitStart();
      assertEquals(1, serve.addresses().size(), serve.addresses().toString());
      assertEquals("answer", fetch(serve.url().resolve("/a.txt")));
      assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), serve.terminate());
    }
  }

  private static String fetch(URI url) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    }
  }
}
