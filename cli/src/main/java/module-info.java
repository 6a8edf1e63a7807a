/** The {@code edgewise} command. */
module edgewise.cli {
  requires static org.jspecify;
  requires edgewise;
  requires edgewise.http;
  requires edgewise.linux;
  requires info.picocli;
  requires org.slf4j;

  opens edgewise.cli to
      info.picocli;
}
