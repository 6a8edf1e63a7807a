package edgewise.http.jdk.programs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;

/** The example in the documentation of the package com.sun.net.httpserver, as a program. */
public final class MyApplication {
  private MyApplication() {}

  @SuppressWarnings("DefaultCharset") // as the documentation has it
  static final class MyHandler implements HttpHandler {
    @Override
    public void handle(HttpExchange t) throws IOException {
      InputStream is = t.getRequestBody();
      is.readAllBytes();
      String response = "This is the response";
      t.sendResponseHeaders(200, response.length());
      OutputStream os = t.getResponseBody();
      os.write(response.getBytes());
      os.close();
    }
  }

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    server.createContext("/applications/myapp", new MyHandler());
    server.setExecutor(null); // creates a default executor
    server.start();
    System.out.println(server.getAddress().getPort() + " " + server.getClass().getName());
  }
}
