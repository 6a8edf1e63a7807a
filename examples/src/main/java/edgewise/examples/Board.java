package edgewise.examples;

import edgewise.http.EventStream;
import edgewise.http.HttpHandler;
import edgewise.http.HttpServer;
import edgewise.http.Multipart;
import edgewise.http.MultipartLimits;
import edgewise.http.Part;
import edgewise.http.Request;
import edgewise.http.Response;
import edgewise.http.ServerSentEvent;
import edgewise.http.StatusException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A board on the web, {@code Board ADDRESS...}: who has the page open sees what others write. Each
 * route is a handler of another kind.
 */
public final class Board {
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en"><meta charset="utf-8"><title>Board</title>
      <form onsubmit="fetch('/messages', {method: 'POST', body: new URLSearchParams(new FormData(this))});
        this.reset(); return false"><input name="text" autofocus></form>
      <ul id="list"></ul>
      <script>
        new EventSource('/events').onmessage = event =>
          list.appendChild(document.createElement('li')).textContent = event.data;
      </script>
      """;

  private final Set<EventStream> readers = ConcurrentHashMap.newKeySet();

  private Board() {}

  public static void main(String[] args) throws Exception {
    var board = new Board();
    var builder =
        HttpServer.builder()
            .filter((request, next) ->
                next.handle(request).map(r -> r.header("X-Content-Type-Options", "nosniff")))
            .get("/", request -> Response.html(PAGE))
            .post("/messages", board::post)
            .get("/events", request -> Response.events(board::join))
            .get("/later", HttpHandler.async(request -> answerLater()))
            .post("/upload", HttpHandler.blocking(Board::upload));
    for (String address : args) {
      builder.listen(address);
    }
    try (var server = builder.start()) {
      server.endpoints().forEach(endpoint -> System.out.println("board on " + endpoint));
      server.awaitStop();
    }
  }

  /** On the loop, with the whole form. */
  private Response post(Request request) {
    String text = request.form().first("text");
    if (text == null || text.isBlank()) {
      throw new StatusException(400, "there is no text");
    }
    byte[] event = ServerSentEvent.of(text).octets(); // encoded once for all
    readers.forEach(reader -> reader.send(event));
    return Response.status(204);
  }

  private void join(EventStream reader) {
    readers.add(reader);
    reader.onClose(() -> readers.remove(reader));
  }

  /** Answers when something else is ready; no thread waits for it. */
  private static CompletableFuture<Response> answerLater() {
    Executor later = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> Response.text("later\n"), later);
  }

  /** On a virtual thread: reading the form waits for the client, and may write to disk. */
  private static Response upload(Request request) throws Exception {
    var told = new StringBuilder();
    try (Multipart form = request.multipart(MultipartLimits.DEFAULT)) {
      for (Part part : form.parts()) {
        told.append(part.name()).append(": ").append(part.size()).append(" bytes\n");
      }
    }
    return Response.text(told.toString());
  }
}
