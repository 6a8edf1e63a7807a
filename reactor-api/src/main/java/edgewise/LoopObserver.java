package edgewise;

/** Is told when a loop fails, that is, can no longer wait for events. */
@FunctionalInterface
public interface LoopObserver {
  /**
   * The loop has ended with this failure; its channels have been closed with it. Called on the
   * loop's thread, last of all.
   */
  void onFailure(EventLoop loop, Throwable failure);
}
