/* The load generator: one thread, epoll, answers verified, latencies in a histogram.

   usage: load MODE ADDRESS [options]      ADDRESS is 127.0.0.1:PORT or unix:PATH
     echo --message BYTES       sends a message, waits until all of it is back, sends the next
     http --request FILE --response-bytes N
                                the same with an HTTP request and a response of N octets that begins with HTTP/1.1 200
            --connect           each request on a connection of its own
     udp --message BYTES --burst B
                                sends B datagrams, waits until all are back or 200 ms are over, sends the next
     fanout --message BYTES     one sender, N receivers; the next message when all have got the last one
     hold [--message BYTES | --request FILE --response-bytes N]
                                opens connections, exchanges a message or a request on each, prints "ready" and holds
                                them until standard input ends
     first --request FILE [-- COMMAND...]
                                milliseconds until a response begins, from its own start or that of the command
     selftest                   of the histogram (no address)
   options
     --connections N (1)  --seconds S (1)  --source-addresses K  connect from 127.0.0.2 and the K-1 that follow
     --depth D (1)   echo, http: D requests leave in one send; the next D when all of them were answered
     --rate R        echo, http: open loop, R requests a second over all connections, evenly spaced. A latency counts
                     from the time at which its request was due, whatever the connection or the generator did then
                     (no coordinated omission). At most D are in flight on a connection; the others wait for it.

   Prints one line of JSON. "requests": answered ones; "seconds": until the last answer; "bytes", "sent": octets received
   and sent; "errors": unanswered 2 s after the end; "held": the longest turn of an open loop; latencies and this in
   microseconds. Anything else that is wrong ends the program with a message and status 1. Build: gcc -O2 -Wall -Wextra -Werror -o load load*.c */
#include "load.h"

#include <getopt.h>
#include <signal.h>

struct options options = {.connections = 1, .depth = 1, .burst = 1, .seconds = 1};
struct results results;

/* A socket bound to the source address of this connection, if there are several. */
int new_socket(int index, int type) {
  int one = 1, fd = check(socket(options.address.any.sa_family, type | SOCK_CLOEXEC, 0), "socket");
  if (options.source_addresses == 0) return fd;
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + index % options.source_addresses);
  /* The port is chosen by connect(2), which can share it among destinations: ip(7). */
  check(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one), "setsockopt IP_BIND_ADDRESS_NO_PORT");
  check(bind(fd, (struct sockaddr *)&source, sizeof source), "bind");
  return fd;
}

int open_connection(int index) {
  int fd = new_socket(index, SOCK_STREAM);
  check(connect(fd, &options.address.any, options.address.length), "connect");
  no_delay(fd, &options.address);
  return fd;
}

/* Octets that tell their position, the same in each run. */
void fill_pattern(char *octets, size_t size) {
  uint32_t x = 2463534242;
  for (size_t i = 0; i < size; i++) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5; /* Marsaglia's xorshift */
    octets[i] = x;
  }
}

static void read_request(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) < 0) die("%s: %s", path, strerror(errno));
  options.request_bytes = ftell(file);
  options.request = allocate(options.request_bytes + 1, 1);
  rewind(file);
  if (options.request_bytes == 0 || fread(options.request, options.request_bytes, 1, file) != 1) die("%s: nothing to send", path);
  fclose(file);
}

static void parse_option(int option, const char *text) {
  switch (option) {
    case 'b': options.burst = parse_number(text, 1, 1024); break;
    case 'c': options.connections = parse_number(text, 1, 1000000); break;
    case 'd': options.depth = parse_number(text, 1, 4096); break;
    case 'k': options.source_addresses = parse_number(text, 1, 65536); break;
    case 'm': options.message = parse_number(text, 1, 1 << 30); break;
    case 'n': options.response_bytes = parse_number(text, 12, 1LL << 40); break;
    case 'q': read_request(text); break;
    case 'r': options.rate = parse_number(text, 0.001, 1e8); break;
    case 's': options.seconds = parse_number(text, 0.001, 86400); break;
    case 'x': options.connect = true; break;
    default: exit(2);
  }
}

static void parse_options(int argc, char **argv) {
  static const struct option names[] = {
      {"burst", required_argument, 0, 'b'}, {"connections", required_argument, 0, 'c'}, {"depth", required_argument, 0, 'd'},
      {"source-addresses", required_argument, 0, 'k'}, {"message", required_argument, 0, 'm'},
      {"response-bytes", required_argument, 0, 'n'}, {"request", required_argument, 0, 'q'}, {"rate", required_argument, 0, 'r'},
      {"seconds", required_argument, 0, 's'}, {"connect", no_argument, 0, 'x'}, {0}};
  for (int o; (o = getopt_long(argc, argv, "+", names, NULL)) != -1;) parse_option(o, optarg);
}

static void print_results(void) {
  const struct histogram *h = &results.latency;
  printf("{\"requests\":%lu,\"seconds\":%.6f,\"bytes\":%lu,\"sent\":%lu,\"errors\":%lu,\"lost\":%lu,\"held\":%.2f,"
         "\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f}\n",
      results.requests, results.seconds, results.bytes, results.sent, results.errors, results.lost, results.held / 1e3,
      histogram_quantile(h, 0.5) / 1e3, histogram_quantile(h, 0.9) / 1e3, histogram_quantile(h, 0.99) / 1e3,
      histogram_quantile(h, 0.999) / 1e3, h->max / 1e3);
  if (results.errors > 0) die("%lu requests were not answered", results.errors);
}

static void need(bool given, const char *what) {
  if (!given) die("this mode needs %s", what);
}

static void measure(const char *mode) {
  if (!strcmp(mode, "echo")) {
    need(options.message > 0, "--message");
    stream(false);
  } else if (!strcmp(mode, "http")) {
    need(options.request && options.response_bytes, "--request and --response-bytes");
    need(!options.connect || options.depth == 1, "--depth 1 where it connects for each request");
    stream(true);
  } else if (!strcmp(mode, "udp")) {
    need(options.message > 0 && options.message <= 65507 && !is_unix(&options.address), "--message up to 65507 and a port");
    udp();
  } else if (!strcmp(mode, "fanout")) {
    need(options.message > 0, "--message");
    fanout();
  } else die("no such mode: %s", mode);
  print_results();
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "selftest")) return selftest(), 0;
  if (argc < 3) die("usage: load echo|http|udp|fanout|hold|first ADDRESS [options]");
  options.address = parse_address(argv[2]);
  parse_options(argc - 2, argv + 2);
  if (is_unix(&options.address)) options.source_addresses = 0;
  raise_descriptor_limit();
  signal(SIGPIPE, SIG_IGN);
  char **rest = argv + 2 + optind;
  if (!strcmp(argv[1], "first")) {
    need(options.request, "--request");
    first(*rest ? rest : NULL);
    return 0;
  }
  if (*rest) die("what is %s?", *rest);
  if (!strcmp(argv[1], "hold")) hold();
  else measure(argv[1]);
}
