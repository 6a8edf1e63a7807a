package edgewise.cli;

import edgewise.Trigger;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the trigger mode of the command line. ONESHOT is for channels, not for a whole server. */
final class TriggerName implements ITypeConverter<Trigger> {
  @Override
  public Trigger convert(String text) {
    return switch (text) {
      case "edge" -> Trigger.EDGE;
      case "level" -> Trigger.LEVEL;
      default -> throw new TypeConversionException("'" + text + "' is neither edge nor level");
    };
  }
}
