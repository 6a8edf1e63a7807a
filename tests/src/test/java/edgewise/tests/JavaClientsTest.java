package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The HTTP clients that Java programs use: that of the JDK, Apache HttpClient 5 and OkHttp. */
@LiveTest
class JavaClientsTest {
  private static final byte[] BODY = Bytes.random(11, 500_000);

  // The JDK

  /** Asked for HTTP/2, it offers an upgrade to it with its first request, which is declined. */
  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void theJdkGetsAndPosts(HttpClient.Version version, Site site) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
      for (var file : SampleFiles.CONTENT.entrySet()) {
        var got = client.send(jdk(site, file.getKey()).build(), BodyHandlers.ofByteArray());
        assertEquals(HttpClient.Version.HTTP_1_1, got.version());
        assertArrayEquals(file.getValue(), got.body(), file.getKey());
      }
      var chunks = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BODY));
      var post = jdk(site, "echo").POST(chunks).expectContinue(true).build();
      assertArrayEquals(BODY, client.send(post, BodyHandlers.ofByteArray()).body());
      var nothing = jdk(site, "h204").PUT(BodyPublishers.ofByteArray(BODY)).build();
      assertEquals(204, client.send(nothing, BodyHandlers.discarding()).statusCode());
      var head = client.send(jdk(site, SampleFiles.LARGE).HEAD().build(), BodyHandlers.ofString());
      assertEquals(3 << 20, head.headers().firstValueAsLong("content-length").orElse(-1));
    }
  }

  @Test
  void theJdkAsksForFortyAtOnce(Site site) throws Exception {
    var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < 40; i++) {
        String path = i % 2 == 0 ? SampleFiles.LARGE : "sub/buffer-and-one.bin";
        answers.add(client.sendAsync(jdk(site, path).build(), BodyHandlers.ofByteArray()));
      }
      for (var answer : answers) {
        String path = answer.get().request().uri().getPath().substring(1);
        assertArrayEquals(SampleFiles.of(path), answer.get().body(), path);
      }
    }
  }

  private static HttpRequest.Builder jdk(Site site, String path) {
    return HttpRequest.newBuilder(URI.create(site.url(path))).timeout(Duration.ofSeconds(30));
  }

  // Apache HttpClient 5

  @Test
  void apacheGetsAndPostsOnOneConnection(Site site) throws Exception {
    var pool = PoolingHttpClientConnectionManagerBuilder.create().build();
    var expect = RequestConfig.custom().setExpectContinueEnabled(true).build();
    try (var client =
        HttpClients.custom().setConnectionManager(pool).disableAutomaticRetries().build()) {
      for (var file : SampleFiles.CONTENT.entrySet()) {
        byte[] got = apache(client, new HttpGet(site.url(file.getKey())));
        assertArrayEquals(file.getValue(), got, file.getKey());
      }
      var post = new HttpPost(site.url("echo"));
      post.setEntity(
          new InputStreamEntity(
              new ByteArrayInputStream(BODY), ContentType.APPLICATION_OCTET_STREAM));
      post.setConfig(expect);
      assertArrayEquals(BODY, apache(client, post));
      assertEquals(0, apache(client, new HttpHead(site.url(SampleFiles.LARGE))).length);
      assertEquals(0, apache(client, new HttpGet(site.url("h204"))).length);
      assertEquals(1, pool.getTotalStats().getAvailable(), "it has more than one, or none");
    }
  }

  private static byte[] apache(CloseableHttpClient client, ClassicHttpRequest request)
      throws IOException {
    return client.execute(request, JavaClientsTest::bodyOf);
  }

  private static byte[] bodyOf(ClassicHttpResponse response) throws IOException {
    assertTrue(response.getCode() == 200 || response.getCode() == 204, response.toString());
    byte[] body =
        response.getEntity() == null ? null : EntityUtils.toByteArray(response.getEntity());
    return body == null ? new byte[0] : body;
  }

  // OkHttp

  @Test
  void okHttpGetsAndPostsOnOneConnection(Site site) throws Exception {
    var connects = new AtomicInteger();
    var counter =
        new EventListener() {
          @Override
          public void connectStart(
              Call call, java.net.InetSocketAddress address, java.net.Proxy proxy) {
            connects.incrementAndGet();
          }
        };
    var client =
        new OkHttpClient.Builder().eventListener(counter).retryOnConnectionFailure(false).build();
    try {
      for (var file : SampleFiles.CONTENT.entrySet()) {
        var get = new Request.Builder().url(site.url(file.getKey())).build();
        assertArrayEquals(file.getValue(), okHttp(client, get), file.getKey());
      }
      var post = new Request.Builder().url(site.url("echo")).post(new Chunks()).build();
      assertArrayEquals(BODY, okHttp(client, post));
      var expecting = post.newBuilder().header("Expect", "100-continue").build();
      assertArrayEquals(BODY, okHttp(client, expecting));
      var head = new Request.Builder().url(site.url(SampleFiles.LARGE)).head().build();
      assertEquals(0, okHttp(client, head).length);
      assertEquals(1, connects.get());
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }

  private static byte[] okHttp(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      assertEquals(200, response.code(), response.toString());
      return response.body().bytes();
    }
  }

  /** A body whose length it does not know beforehand. */
  private static final class Chunks extends RequestBody {
    @Override
    public MediaType contentType() {
      return MediaType.get("application/octet-stream");
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      for (int at = 0; at < BODY.length; at += 1000) {
        sink.write(BODY, at, 1000).flush();
      }
    }
  }
}
