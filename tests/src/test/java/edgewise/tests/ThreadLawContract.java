package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Listener;
import edgewise.Timer;
import edgewise.Watch;
import edgewise.spi.Backend.Feature;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Law 1: a call from another thread fails at once, and says what to do. */
class ThreadLawContract {
  /** What may be called from any thread, or changes nothing and only reads a field. */
  private static final Map<Class<?>, Set<String>> ANY_THREAD =
      Map.of(
          EventLoop.class,
          Set.of(
              "execute",
              "stop",
              "close",
              "stats",
              "inLoop",
              "isClosed",
              "failure",
              "backend",
              "trigger",
              "connections",
              "openRoot",
              "nanoTime",
              "timer"), // made anywhere, set on the loop
          Connection.class,
          Set.of("loop", "toString", "isPaused", "isOpen", "queuedBytes", "queuedFiles"),
          DatagramSocket.class,
          Set.of(
              "loop", "toString", "isPaused", "isOpen", "remote", "queuedDatagrams", "queuedBytes"),
          Listener.class,
          Set.of("loop", "toString", "endpoint", "accepted"),
          Watch.class,
          Set.of("loop", "toString", "fd", "isReadable", "isWritable", "isHungUp", "isFailed"),
          Timer.class,
          Set.of("toString", "isSet"));

  @Contract
  void everyPublicMethodRefusesAForeignThread(Rig rig) throws Exception {
    var handler = new Recorder();
    Listener listener = rig.listen(connection -> handler);
    rig.dial(listener);
    rig.until("open", () -> handler.has("open"));
    var targets = new ArrayList<Object>();
    targets.add(rig.loop());
    targets.add(handler.connection());
    targets.add(listener);
    targets.add(rig.loop().bind(Endpoint.loopback(0), new Inbox()));
    targets.add(rig.loop().timer(() -> {}));
    if (rig.has(Feature.WATCH)) {
      int fd = new Pipes(rig).open()[0];
      targets.add(rig.loop().watch(fd, Interest.READ, rig.mode.trigger, w -> {}));
    }
    List<String> wrong = Rig.join(rig.aside(() -> notRefused(targets)));
    assertEquals(List.of(), wrong);
    assertTrue(handler.connection().isOpen(), "nothing has happened");
    rig.turns(3);
    assertEquals(List.of("open"), handler.calls);
  }

  private static List<String> notRefused(List<Object> targets) throws IllegalAccessException {
    var wrong = new ArrayList<String>();
    int refused = 0;
    for (Object target : targets) {
      for (Method method : target.getClass().getDeclaredMethods()) {
        int modifiers = method.getModifiers();
        if (!Modifier.isPublic(modifiers)
            || Modifier.isStatic(modifiers)
            || method.isBridge()
            || ANY_THREAD.getOrDefault(target.getClass(), Set.of()).contains(method.getName())) {
          continue;
        }
        @Nullable Throwable thrown = thrown(method, target);
        if (thrown instanceof WrongThreadException && says(thrown)) {
          refused++;
        } else {
          wrong.add(method + ": " + thrown);
        }
      }
    }
    if (refused < 20) {
      wrong.add("only " + refused + " methods were looked at");
    }
    return wrong;
  }

  private static boolean says(Throwable refusal) {
    return String.valueOf(Rig.text(refusal)).contains("EventLoop.execute");
  }

  private static @Nullable Throwable thrown(Method method, Object target)
      throws IllegalAccessException {
    Class<?>[] types = method.getParameterTypes();
    @Nullable Object[] arguments = new @Nullable Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = sample(types[i]);
    }
    try {
      method.invoke(target, arguments);
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }

  private static @Nullable Object sample(Class<?> type) {
    if (type == int.class) {
      return 0;
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == Duration.class) {
      return Duration.ofSeconds(1);
    }
    if (type == byte[].class) {
      return new byte[1];
    }
    if (type == java.nio.ByteBuffer.class) {
      return java.nio.ByteBuffer.allocate(1);
    }
    if (type == Interest.class) {
      return Interest.READ;
    }
    return null; // the thread is checked first
  }
}
