package edgewise.linux;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Every number of the C headers that the bindings carry, by its C name, for one architecture. */
final class ConstantTable {
  private static final List<Class<?>> OWNERS =
      List.of(
          Errno.class,
          Epoll.class,
          EventFd.class,
          SocketConstants.class,
          FileConstants.class,
          OpenHow.class,
          Poll.class,
          Stat.class,
          Resource.class,
          Signal.class,
          Dirents.class,
          Inotify.class,
          Ioctl.class,
          PidFd.class,
          SignalFd.class,
          SignalInfos.class,
          Termios.class,
          TimerFd.class);

  /** Sizes that are not in any header by themselves. */
  private static final Set<String> OURS = Set.of("LONGEST_RECORD", "LONGEST_EVENT");

  private ConstantTable() {}

  /** What the classes hold on this machine, with what differs on the given architecture put in. */
  static Map<String, Long> of(Abi abi) {
    Map<String, Long> table = new TreeMap<>(asLoaded());
    abi.differences().forEach((name, value) -> table.put(name, value.longValue()));
    return table;
  }

  /** What the classes hold on this machine; the layout of epoll_event is not in it. */
  static Map<String, Long> asLoaded() {
    Map<String, Long> table = new TreeMap<>();
    for (Class<?> owner : OWNERS) {
      for (Field field : owner.getDeclaredFields()) {
        if (Modifier.isPublic(field.getModifiers()) && !OURS.contains(field.getName())) {
          table.put(field.getName(), value(field));
        }
      }
    }
    table.put("SYS_PIDFD_SEND_SIGNAL", Abi.SYS_PIDFD_SEND_SIGNAL);
    table.put("SYS_PIDFD_OPEN", Abi.SYS_PIDFD_OPEN);
    table.put("SYS_OPENAT2", Abi.SYS_OPENAT2);
    table.put("SYS_EPOLL_PWAIT2", Abi.SYS_EPOLL_PWAIT2);
    for (Class<?> struct : Struct.class.getDeclaredClasses()) {
      String type = snakeCase(struct.getSimpleName());
      for (Field field : struct.getDeclaredFields()) {
        String name =
            field.getName().equals("SIZEOF")
                ? "sizeof_" + type
                : "offsetof_" + type + "_" + field.getName().toLowerCase(Locale.ROOT);
        table.put(name, value(field));
      }
    }
    return table;
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private static long value(Field field) {
    try {
      return ((Number) field.get(null)).longValue();
    } catch (IllegalAccessException e) {
      throw new AssertionError(field.toString(), e);
    }
  }
}
