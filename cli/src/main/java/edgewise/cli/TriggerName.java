package edgewise.cli;

import edgewise.Trigger;

/** Reads the trigger mode of the command line. ONESHOT is for channels, not for a whole server. */
final class TriggerName {
  private TriggerName() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Trigger parse(String text) {
    return switch (text) {
      case "edge" -> Trigger.EDGE;
      case "level" -> Trigger.LEVEL;
      default -> throw new IllegalArgumentException("'" + text + "' is neither edge nor level");
    };
  }
}
