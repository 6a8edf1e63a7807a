package edgewise.bench;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import java.nio.file.Path;

/** Echo by the reactor. */
record EdgewiseEcho(LoopOptions options) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    Experiment.open(options).listen(Endpoint.parse(address), connection -> (c, in) -> c.write(in));
  }
}
