package edgewise.bench;

import java.nio.file.Path;

/** HTTP by a Selector and no more of the protocol than the suite needs. */
final class NioHttp implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    var shared = new NioHttpConnection.Shared(files);
    SelectorLoop.serve(JdkListener.open(address), key -> new NioHttpConnection(shared, key));
  }
}
