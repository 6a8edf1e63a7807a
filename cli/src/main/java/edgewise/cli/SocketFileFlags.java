package edgewise.cli;

import edgewise.ListenOptions;
import edgewise.SocketFileOptions;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Who may use the unix socket files that a command makes. */
final class SocketFileFlags {
  @Option(
      names = "--socket-mode",
      paramLabel = "OCTAL",
      converter = Mode.class,
      description = "Permissions of unix socket files, such as 660; default: as the umask has it.")
  private @Nullable Set<PosixFilePermission> mode;

  @Option(
      names = "--socket-owner",
      paramLabel = "USER",
      description = "Owner of unix socket files, by name or number.")
  private @Nullable String owner;

  @Option(
      names = "--socket-group",
      paramLabel = "GROUP",
      description = "Group of unix socket files, by name or number.")
  private @Nullable String group;

  /** How to listen. */
  ListenOptions listening() {
    return ListenOptions.DEFAULT.withSocketFile(new SocketFileOptions(mode, owner, group));
  }

  /** Reads 0 to 777, with or without zeros before it, as chmod(1) does. */
  static final class Mode implements ITypeConverter<Set<PosixFilePermission>> {
    /** In the order of the bits, from the highest. */
    private static final PosixFilePermission[] BITS = PosixFilePermission.values();

    @Override
    public Set<PosixFilePermission> convert(String text) {
      if (!text.matches("0{0,2}[0-7]{1,3}")) {
        throw new TypeConversionException(
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
}
