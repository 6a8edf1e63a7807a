package edgewise.cli;

import edgewise.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an ADDRESS of the command line, and looks at what can be known before binding it. */
final class ListenAddress implements ITypeConverter<Endpoint> {
  @Override
  public Endpoint convert(String text) {
    try {
      return Endpoint.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** For a socket file the kernel's answer does not say which directory is the trouble. */
  static void check(Endpoint endpoint) {
    if (!(endpoint instanceof Endpoint.Unix(Path path))) {
      return;
    }
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null) {
      throw CommandFailure.ofUser("'" + path + "' is a directory; name a socket file in it");
    }
    String trouble =
        !Files.exists(directory)
            ? "does not exist; create it"
            : !Files.isDirectory(directory)
                ? "is not a directory; choose another path"
                : !Files.isWritable(directory)
                    ? "may not be written by this user; choose another path"
                    : null;
    if (trouble != null) {
      throw CommandFailure.ofUser(
          "cannot make the socket file " + path + ": " + directory + " " + trouble);
    }
  }
}
