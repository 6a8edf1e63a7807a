package edgewise.tests;

import static edgewise.tests.FileTree.open;
import static edgewise.tests.FileTree.tree;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Law 9: a file is sent in its place among the writes. */
class FileContract {
  @Contract
  void filesAndWritesArriveInTheOrderOfTheCalls(Rig rig) throws Exception {
    Path top = tree(rig);
    byte[] content = Files.readAllBytes(top.resolve("file"));
    var handler = new Recorder();
    Peer peer =
        rig.connected(ConnectionOptions.builder().sendBufferBytes(32 << 10).build(), handler);
    Connection c = handler.connection();
    var expected = new ByteArrayOutputStream();
    try (FileRoot root = rig.loop().openRoot(top);
        OpenFile file = open(root, "file");
        OpenFile small = open(root, "sub/small");
        OpenFile empty = open(root, "empty")) {
      assertEquals(content.length, file.size());
      for (int i = 0; i < 5; i++) {
        byte[] header = ("header " + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        c.write(header);
        expected.write(header);
        c.sendFile(file, i * 1000L, 100_000);
        expected.write(Arrays.copyOfRange(content, i * 1000, i * 1000 + 100_000));
        c.sendFile(small, 0, small.size());
        expected.writeBytes("small".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        c.sendFile(empty, 0, empty.size());
        c.write(header);
        expected.write(header);
      }
      c.sendFile(file, 0, content.length);
      expected.write(content);
    } // closed before they are sent
    c.shutdownOutput();
    assertArrayEquals(expected.toByteArray(), rig.readAllFrom(peer));
    assertEquals(0, c.queuedBytes());
    rig.assertIdle(java.time.Duration.ofMillis(20));
  }

  @Contract
  void aFileThatShrinksEndsTheConnectionWithAnException(Rig rig) throws Exception {
    Path top = tree(rig);
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    try (FileRoot root = rig.loop().openRoot(top);
        OpenFile file = open(root, "file")) {
      try (FileChannel writing = FileChannel.open(top.resolve("file"), StandardOpenOption.WRITE)) {
        writing.truncate(1000);
      }
      handler.connection().sendFile(file, 0, file.size());
      assertEquals(1000, rig.readAllFrom(peer).length);
    }
    rig.until("closed", () -> handler.has("close"));
    assertInstanceOf(EOFException.class, handler.cause);
  }

  @Contract
  void aPeerThatReadsNothingHoldsFewFilesOpen(Rig rig) throws Exception {
    Path top = tree(rig);
    var handler = new Recorder();
    // A send buffer that grows by itself may take all of it.
    rig.connected(ConnectionOptions.builder().sendBufferBytes(16 << 10).build(), handler);
    try (FileRoot root = rig.loop().openRoot(top)) {
      int before = Descriptors.count();
      boolean more = true;
      int sent = 0;
      while (more && sent++ < 100_000) {
        try (OpenFile file = open(root, "sub/small")) {
          more = handler.connection().sendFile(file, 0, file.size());
        }
      }
      assertFalse(more, "told to stop");
      int held = Descriptors.count() - before;
      assertTrue(held > 0 && held <= 6, held + " files held for one connection");
      handler.connection().abort();
      assertEquals(before - 1, Descriptors.count(), "its socket and its files");
    }
  }

  @Contract
  void aConnectionThatEndsLetsGoOfItsFiles(Rig rig) throws Exception {
    Path top = tree(rig);
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    try (FileRoot root = rig.loop().openRoot(top)) {
      int before = Descriptors.count();
      try (OpenFile file = open(root, "file")) {
        for (int i = 0; i < 5; i++) {
          handler.connection().sendFile(file, 0, file.size());
        }
        assertThrows(
            IndexOutOfBoundsException.class, () -> handler.connection().sendFile(file, -1, 5));
      }
      assertTrue(handler.connection().queuedBytes() > 0);
      assertEquals(before + 1, Descriptors.count(), "held while it is queued");
      handler.connection().abort();
      rig.until("closed", () -> handler.has("close"));
      assertEquals(before - 1, Descriptors.count());
    }
    peer.close();
  }

  @Contract
  void aClosedFileIsRefusedAndTheConnectionLives(Rig rig) throws Exception {
    Path top = tree(rig);
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    try (FileRoot root = rig.loop().openRoot(top)) {
      OpenFile file = open(root, "file");
      file.close();
      file.close();
      assertThrows(IllegalStateException.class, () -> handler.connection().sendFile(file, 0, 10));
    }
    rig.assertIdle(java.time.Duration.ofMillis(20));
    handler.connection().write(new byte[] {7});
    assertEquals(7, rig.readFrom(peer, 1)[0]);
  }
}
