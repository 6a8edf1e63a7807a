package edgewise.http;

/** Thrown by a handler to answer with an error status and a reason that the client may read. */
public final class StatusException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * An answer in the form of an exception.
   *
   * @param status from 400 to 599
   */
  public StatusException(int status, String reason) {
    super(reason, null, false, false); // expected by its thrower: a stack trace would tell nothing
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("an error has a status from 400 to 599, not " + status);
    }
    this.status = status;
  }

  /** The status. */
  public int status() {
    return status;
  }
}
