package edgewise.cli;

import edgewise.ListenOptions;
import edgewise.SocketFileOptions;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may use the unix socket files that a command makes. */
final class SocketFileFlags {
  /** In the order of the bits of a mode, from the highest. */
  private static final PosixFilePermission[] BITS = PosixFilePermission.values();

  private @Nullable Set<PosixFilePermission> mode;
  private @Nullable String owner;
  private @Nullable String group;

  List<Option> options() {
    return List.of(
        Option.value(
            "--socket-mode",
            "OCTAL",
            "Permissions of unix socket files, such as 660; default: as the umask has it.",
            text -> mode = mode(text)),
        Option.value(
            "--socket-owner",
            "USER",
            "Owner of unix socket files, by name or number.",
            text -> owner = text),
        Option.value(
            "--socket-group",
            "GROUP",
            "Group of unix socket files, by name or number.",
            text -> group = text));
  }

  /** How to listen. */
  ListenOptions listening() {
    return ListenOptions.DEFAULT.withSocketFile(new SocketFileOptions(mode, owner, group));
  }

  /** Reads 0 to 777, with or without zeros before it, as chmod(1) does. */
  private static Set<PosixFilePermission> mode(String text) {
    if (!text.matches("0{0,2}[0-7]{1,3}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a mode; write three octal digits, such as 660");
    }
    int number = Integer.parseInt(text, 8);
    Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < BITS.length; i++) {
      if ((number >> (BITS.length - 1 - i) & 1) != 0) {
        mode.add(BITS[i]);
      }
    }
    return mode;
  }
}
