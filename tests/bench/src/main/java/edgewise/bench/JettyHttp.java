package edgewise.bench;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** HTTP by Jetty's core, with handlers that do not block, so that its selector may call them. */
final class JettyHttp implements Contestant {
  private static final HttpField TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain");

  @Override
  public void start(String address, Path files) throws Exception {
    InetSocketAddress inet = Addresses.inet(address);
    var server = new Server();
    var connector = new ServerConnector(server); // sized by the processors that there are
    connector.setHost(inet.getHostString());
    connector.setPort(inet.getPort());
    server.addConnector(connector);
    server.setHandler(routes(files));
    server.start();
  }

  private static Handler routes(Path files) {
    var resources = new ResourceHandler();
    resources.setBaseResourceAsString(files.toString());
    resources.setDirAllowed(false);
    var routes = new PathMappingsHandler(false);
    routes.addMapping(PathSpec.from("/plaintext"), new Constant("text/plain", Answers.PLAINTEXT));
    routes.addMapping(PathSpec.from("/json"), new Constant("application/json", Answers.JSON));
    routes.addMapping(PathSpec.from("/upload"), new Upload());
    routes.addMapping(PathSpec.from("/files/*"), new ContextHandler(resources, "/files"));
    return routes;
  }

  private static final class Constant extends Handler.Abstract.NonBlocking {
    private final HttpField type;
    private final HttpField length;
    private final ByteBuffer content;

    Constant(String type, byte[] octets) {
      this.type = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, type);
      this.length =
          new PreEncodedHttpField(HttpHeader.CONTENT_LENGTH, Integer.toString(octets.length));
      this.content = ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().add(type);
      response.getHeaders().add(length);
      response.write(true, content.slice(), callback);
      return true;
    }
  }

  private static final class Upload extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      new Count(request, response, callback).run();
      return true;
    }
  }

  /** Counts the octets of a body as they come. */
  private static final class Count implements Invocable.Task {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private long octets;

    Count(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          callback.failed(chunk.getFailure());
          return;
        }
        octets += chunk.remaining();
        chunk.release();
        if (chunk.isLast()) {
          response.getHeaders().add(TEXT);
          byte[] text = Long.toString(octets).getBytes(StandardCharsets.US_ASCII);
          response.write(true, ByteBuffer.wrap(text), callback);
          return;
        }
      }
    }
  }
}
