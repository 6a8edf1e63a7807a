package edgewise.sources;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * sun.misc.Signal of the module jdk.unsupported, which is the only way to a signal that a JDK
 * offers. By reflection, as javac warns of that class wherever it is named.
 */
final class JdkSignals {
  private final Class<?> signalClass;
  private final Class<?> handlerClass;

  JdkSignals() {
    try {
      signalClass = Class.forName("sun.misc.Signal");
      handlerClass = Class.forName("sun.misc.SignalHandler");
    } catch (ClassNotFoundException e) {
      throw new UnsupportedOperationException(
          "signals need the module jdk.unsupported: add it by --add-modules jdk.unsupported", e);
    }
  }

  /**
   * Has a thread of the JDK call back at that signal.
   *
   * @param name without SIG
   * @return what it was before, for {@link #restore}
   * @throws IllegalArgumentException if there is no such signal, or the JVM keeps it
   */
  @SuppressWarnings("ReferenceEquality") // a proxy is itself and no other
  Object handle(String name, Consumer<String> callback) {
    Object handler =
        Proxy.newProxyInstance(
            handlerClass.getClassLoader(),
            new Class<?>[] {handlerClass},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "handle" -> {
                    callback.accept(name);
                    yield null;
                  }
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> "the handler of " + name + " of edgewise.sources";
                });
    Object before = restore(name, handler);
    return before == null ? byDefault() : before;
  }

  private Object byDefault() {
    try {
      return handlerClass.getField("SIG_DFL").get(null);
    } catch (ReflectiveOperationException e) {
      throw changed(e);
    }
  }

  @Nullable Object restore(String name, Object handler) {
    try {
      Object signal = signalClass.getConstructor(String.class).newInstance(name);
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      return handle.invoke(null, signal, handler);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("SIG" + name + ": " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw changed(e);
    }
  }

  private static UnsupportedOperationException changed(ReflectiveOperationException cause) {
    return new UnsupportedOperationException("sun.misc.Signal is not as it was", cause);
  }
}
