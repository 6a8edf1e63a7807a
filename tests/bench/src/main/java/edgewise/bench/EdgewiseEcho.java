package edgewise.bench;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import java.nio.file.Path;

/** Echo by the reactor, one loop. */
final class EdgewiseEcho implements Contestant {
  private final LoopOptions options;

  EdgewiseEcho(LoopOptions options) {
    this.options = options;
  }

  @Override
  public void start(String address, Path files) throws Exception {
    var reactor = Reactor.open(1, options);
    reactor.listen(Endpoint.parse(address), connection -> (c, in) -> c.write(in));
  }
}
