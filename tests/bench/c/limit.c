/* The limit that servers are measured against: what one thread of C can do with the same system calls. Edge-triggered
   epoll, accept4, reads drained until EAGAIN, one send for all answers of a turn; nothing is parsed beyond the end of a
   request's header.

   usage: limit MODE ADDRESS [options]      ADDRESS is 127.0.0.1:PORT or unix:PATH
     echo       writes back what it reads
     http       a fixed response for each request
                  --body BYTES           of the response (13, "Hello, World!")
                  --request-bytes BYTES  a request is that long; no search for the end of a header
                  --close                the connection ends with its first response
     fanout     what one connection sends goes to all others
     udp        a recvfrom and a sendto for each datagram
     udp-batch  recvmmsg and sendmmsg of 32
     --short      a short receive ends the drain on TCP, as epoll(7), question 9, allows: one recv less per turn
     --until-eof  ends when standard input (a pipe) ends; SIGTERM ends it always

   Prints "ready" when it listens. Build: gcc -O2 -Wall -Wextra -Werror -o limit limit*.c */
#include "limit.h"

#include <getopt.h>
#include <signal.h>
#include <sys/epoll.h>

struct options options = {.body = 13};

static int epoll;
static char listening, standard_input; /* their addresses mark events that are not a connection's */

static void watch(int operation, int fd, uint32_t events, void *who) {
  struct epoll_event e = {.events = events | EPOLLET, .data.ptr = who};
  if (epoll_ctl(epoll, operation, fd, &e) < 0)
    die("epoll_ctl: %s%s", strerror(errno), who == &standard_input ? " (--until-eof needs a pipe)" : "");
}

/* EPOLLOUT only while a write is blocked: a unix socket would report it after every read of the peer. A change of
   the mask reports what is ready by then, so no edge is lost. */
void want_write(struct connection *c, bool wanted) {
  if (c->wants_write == wanted) return;
  c->wants_write = wanted;
  watch(EPOLL_CTL_MOD, c->fd, EPOLLIN | EPOLLRDHUP | (wanted ? EPOLLOUT : 0), c);
}

static struct connection *dead;

/* The memory stays, and leads on to its next one, until the batch of events ends: that, or a walk through all
   connections, may meet it again. */
void close_connection(struct connection *c) {
  close(c->fd);
  c->fd = -1;
  c->next->previous = c->previous;
  c->previous->next = c->next;
  c->next_dead = dead;
  dead = c;
}

static void bury(void) {
  for (struct connection *c; (c = dead);) {
    dead = c->next_dead;
    free(c->kept);
    free(c);
  }
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && would_block()) return;
    if (fd < 0 && errno == ECONNABORTED) continue;
    check(fd, "accept4");
    struct connection *c = allocate(1, sizeof *c);
    c->fd = fd;
    c->next = &connections;
    c->previous = connections.previous;
    c->previous->next = connections.previous = c;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP, c);
  }
}

static void read_standard_input(void) {
  char ignored[512];
  ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
  if (n <= 0) raise(SIGTERM);
}

static void ready(struct connection *c, uint32_t events, consumer *consume) {
  c->hung_up |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  turn(c, consume);
}

static void serve(int fd, consumer *consume, void (*datagrams)(int)) {
  struct epoll_event events[1024];
  watch(EPOLL_CTL_ADD, fd, EPOLLIN, &listening);
  for (;;) {
    int count = epoll_wait(epoll, events, 1024, -1);
    if (count < 0 && errno != EINTR) die_errno("epoll_wait");
    for (int i = 0; i < count; i++) {
      void *who = events[i].data.ptr;
      if (who == &standard_input) read_standard_input();
      else if (who != &listening) ready(who, events[i].events, consume);
      else if (datagrams) datagrams(fd);
      else accept_all(fd);
    }
    if (consume == fanout) resume_readers(consume);
    bury();
  }
}

static int open_socket(int type) {
  const struct address *a = &options.address;
  int one = 1, fd = check(socket(a->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  if (is_unix(a)) unlink(a->un.sun_path);
  else if (type == SOCK_STREAM) {
    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "setsockopt SO_REUSEADDR");
    no_delay(fd, a); /* accepted sockets have it from their listener */
  }
  check(bind(fd, &a->any, a->length), "bind");
  if (type == SOCK_STREAM) check(listen(fd, 4096), "listen");
  return fd;
}

static void end(int signal) {
  (void)signal;
  if (is_unix(&options.address)) unlink(options.address.un.sun_path);
  _exit(0);
}

static const struct mode {
  const char *name;
  consumer *consume;
  void (*datagrams)(int);
} modes[] = {
    {"echo", echo, NULL}, {"http", http, NULL}, {"fanout", fanout, NULL}, {"udp", NULL, udp}, {"udp-batch", NULL, udp_batch},
};

static const struct mode *find_mode(const char *name) {
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (!strcmp(name, modes[i].name)) return &modes[i];
  die("no such mode: %s", name);
}

static void parse_options(int argc, char **argv) {
  static const struct option names[] = {{"body", required_argument, 0, 'b'}, {"request-bytes", required_argument, 0, 'r'},
      {"close", no_argument, 0, 'c'}, {"short", no_argument, 0, 's'}, {"until-eof", no_argument, 0, 'e'}, {0}};
  for (int o; (o = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (o == 'b') options.body = parse_number(optarg, 0, 1 << 30);
    else if (o == 'r') options.request_bytes = parse_number(optarg, 1, 1 << 30);
    else if (o == 'c') options.close = true;
    else if (o == 's') options.trust_short = true;
    else if (o == 'e') options.until_eof = true;
    else exit(2);
  }
  if (argc - optind != 2) die("usage: limit echo|http|fanout|udp|udp-batch ADDRESS [options]");
}

int main(int argc, char **argv) {
  parse_options(argc, argv);
  const struct mode *mode = find_mode(argv[optind]);
  options.address = parse_address(argv[optind + 1]);
  if (mode->datagrams && is_unix(&options.address)) die("datagrams need a port");
  raise_descriptor_limit();
  prepare_response();
  epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  int fd = open_socket(mode->datagrams ? SOCK_DGRAM : SOCK_STREAM);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  if (options.until_eof) watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &standard_input);
  puts("ready");
  fflush(stdout);
  serve(fd, mode->consume, mode->datagrams);
}
