package edgewise.epoll;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of whose calls some are answered by the test; the rest are made. Knows which descriptors
 * are open.
 */
final class AlteredKernel implements InvocationHandler {
  /** The answer that says: make the call. */
  static final int MAKE_THE_CALL = Integer.MIN_VALUE;

  private final Kernel behind;
  private final Map<String, IntSupplier> answers = new HashMap<>();
  final Kernel kernel;
  final List<String> calls = new ArrayList<>();
  final TreeSet<Integer> open = new TreeSet<>();

  AlteredKernel(Kernel behind) {
    this.behind = behind;
    kernel =
        (Kernel)
            Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, this);
  }

  AlteredKernel answer(String call, IntSupplier answer) {
    answers.put(call, answer);
    return this;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    String call = method.getName();
    calls.add(call);
    IntSupplier answer = answers.get(call);
    int answered = answer == null ? MAKE_THE_CALL : answer.getAsInt();
    Object result = answered == MAKE_THE_CALL ? make(method, arguments) : (Object) answered;
    note(call, result, arguments);
    return result;
  }

  private Object make(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(behind, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void note(String call, Object result, Object[] arguments) {
    switch (call) {
      case "epollCreate", "eventfd", "socket", "accept", "openat", "openat2" -> {
        if (result instanceof Integer fd && fd >= 0) {
          open.add(fd);
        }
      }
      case "socketpair" -> {
        for (int fd : (int[]) arguments[1]) {
          open.add(fd);
        }
      }
      case "close" -> {
        if (!open.remove(arguments[0])) {
          throw new AssertionError("close of fd " + arguments[0] + ", which is not open");
        }
      }
      default -> {}
    }
  }
}
