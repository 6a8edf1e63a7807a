package edgewise;

/** Chooses the handler of an accepted connection; called on the connection's loop. */
@FunctionalInterface
public interface Acceptor {
  /** The handler; an exception closes the connection. */
  Handler accept(Connection connection) throws Exception;
}
