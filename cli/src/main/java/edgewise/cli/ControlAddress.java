package edgewise.cli;

import edgewise.Endpoint;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the address of a control socket: AF_UNIX, since descriptors are passed over it. */
final class ControlAddress implements ITypeConverter<Endpoint> {
  @Override
  public Endpoint convert(String text) {
    if (!text.startsWith("unix:")) {
      throw new TypeConversionException(
          "'" + text + "' is not a control socket; write unix:/path or unix:@name");
    }
    try {
      return Endpoint.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
