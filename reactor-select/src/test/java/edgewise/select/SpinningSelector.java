package edgewise.select;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** The defect of jetty 3022: every select returns at once, with nothing. */
final class SpinningSelector extends AbstractSelector {
  int selects;
  private final Set<SelectionKey> keys = new HashSet<>();

  SpinningSelector() {
    super(SelectorProvider.provider());
  }

  private final class Key extends AbstractSelectionKey {
    private final SelectableChannel channel;
    private int operations;

    Key(SelectableChannel channel, int operations) {
      this.channel = channel;
      this.operations = operations;
    }

    @Override
    public SelectableChannel channel() {
      return channel;
    }

    @Override
    public Selector selector() {
      return SpinningSelector.this;
    }

    @Override
    public int interestOps() {
      return operations;
    }

    @Override
    public SelectionKey interestOps(int wanted) {
      operations = wanted;
      return this;
    }

    @Override
    public int readyOps() {
      return 0;
    }
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int operations, Object attachment) {
    var key = new Key(channel, operations);
    key.attach(attachment);
    keys.add(key);
    return key;
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) {
    selects++;
    return 0;
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) {
    return select(action, 0);
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select(long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Selector wakeup() {
    return this;
  }

  @Override
  public Set<SelectionKey> keys() {
    return keys;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  protected void implCloseSelector() throws IOException {
    for (SelectionKey key : keys) {
      deregister((AbstractSelectionKey) key);
    }
  }
}
