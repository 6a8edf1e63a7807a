package edgewise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * A file descriptor with an owner: it is closed exactly once, by {@link #close}, unless {@link
 * #take} has given the ownership away before. Thread-safe; the number means something to system
 * calls of this process only.
 *
 * <p>A backend makes them of what it receives ({@link Connection#takeDescriptor}) and of numbers
 * that somebody else leaves to it ({@link edgewise.spi.Backend#own}).
 */
public final class Descriptor implements AutoCloseable {
  private static final int TAKEN = -1;
  private static final VarHandle FD;

  static {
    try {
      FD = MethodHandles.lookup().findVarHandle(Descriptor.class, "fd", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final IntConsumer closer;

  @SuppressWarnings("FieldMayBeFinal") // changed through FD
  private volatile int fd;

  /**
   * For backends: from now on this object owns the descriptor.
   *
   * @param fd not negative
   * @param closer closes it; called at most once
   */
  public Descriptor(int fd, IntConsumer closer) {
    Limits.atLeast("fd", fd, 0);
    this.fd = fd;
    this.closer = closer;
  }

  /**
   * The number, for a system call; the descriptor stays owned by this object.
   *
   * @throws IllegalStateException if it is closed, or was taken
   */
  public int fd() {
    int number = fd;
    if (number == TAKEN) {
      throw gone();
    }
    return number;
  }

  /**
   * Gives the descriptor away: the caller has to close it.
   *
   * @throws IllegalStateException if it is closed, or was taken before
   */
  public int take() {
    int number = (int) FD.getAndSet(this, TAKEN);
    if (number == TAKEN) {
      throw gone();
    }
    return number;
  }

  private static IllegalStateException gone() {
    return new IllegalStateException("the descriptor is closed, or was given away");
  }

  /** Whether it is still this object's: neither closed nor taken. */
  public boolean isOwned() {
    return fd != TAKEN;
  }

  /** Closes the descriptor, if it is still this object's; close(2). Idempotent. */
  @Override
  public void close() {
    int number = (int) FD.getAndSet(this, TAKEN);
    if (number != TAKEN) {
      closer.accept(number);
    }
  }

  @Override
  public String toString() {
    int number = fd;
    return number == TAKEN ? "Descriptor[gone]" : "Descriptor[fd " + number + "]";
  }
}
