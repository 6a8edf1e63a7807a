/* One sender, many receivers: the next message when all have got the last one. */
#include "load.h"

#include <sys/epoll.h>

static const int64_t PATIENCE = 2000000000; /* for a message to reach all */
static const int64_t SETTLE = 200000000;    /* until a server has accepted whom it has connected */

struct client {
  int fd;
  size_t received; /* octets of the message that is under way */
};

static struct {
  int fd;
  size_t sent;
  bool wants_write;
} sender;
static struct client *clients;
static char *message, input[256 << 10];
static int epoll;
static int missing; /* receivers that have not all of the message */
static int64_t started, start;

static void watch(int operation, int fd, uint32_t events, void *who) {
  struct epoll_event e = {.events = events, .data.ptr = who};
  check(epoll_ctl(epoll, operation, fd, &e), "epoll_ctl");
}

static void send_more(void) {
  ssize_t n = send(sender.fd, message + sender.sent, options.message - sender.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && !would_block()) die_errno("send");
  if (n > 0) sender.sent += n, results.sent += n;
  bool wanted = sender.sent < options.message;
  if (wanted != sender.wants_write) watch(EPOLL_CTL_MOD, sender.fd, EPOLLIN | (wanted ? EPOLLOUT : 0), &sender);
  sender.wants_write = wanted;
}

/* Each message has its number in front, as far as there is room. */
static void next_message(uint64_t number) {
  memcpy(message, &number, options.message < sizeof number ? options.message : sizeof number);
  for (int i = 0; i < options.connections; i++) clients[i].received = 0;
  missing = options.connections;
  sender.sent = 0;
  started = now();
  send_more();
}

static void receive(struct client *c) {
  ssize_t n = recv(c->fd, input, sizeof input, MSG_DONTWAIT);
  if (n < 0 && would_block()) return;
  if (n < 0) die_errno("recv");
  if (n == 0) die("the server closed a receiver");
  if ((size_t)n > options.message - c->received || memcmp(input, message + c->received, n)) die("wrong octets at a receiver");
  c->received += n;
  results.bytes += n;
  if (c->received < options.message) return;
  results.requests++;
  missing--;
}

static void handle_sender(uint32_t events) {
  if (events & ~EPOLLOUT) die("the server closed the sender, or sent it something");
  send_more();
}

/* False: a part of the message does not come. */
static bool deliver(void) {
  struct epoll_event events[512];
  while (missing > 0) {
    int count = epoll_wait(epoll, events, 512, PATIENCE / 1000000);
    if (count < 0 && errno != EINTR) die_errno("epoll_wait");
    if (count == 0) return false;
    for (int i = 0; i < count; i++)
      if (events[i].data.ptr == &sender) handle_sender(events[i].events);
      else receive(events[i].data.ptr);
  }
  int64_t time = now();
  histogram_add(&results.latency, time - started, 1);
  results.seconds = (time - start) / 1e9;
  return true;
}

void fanout(void) {
  epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  clients = allocate(options.connections, sizeof *clients);
  for (int i = 0; i < options.connections; i++) {
    clients[i].fd = open_connection(i);
    watch(EPOLL_CTL_ADD, clients[i].fd, EPOLLIN, &clients[i]);
  }
  sender.fd = open_connection(options.connections);
  watch(EPOLL_CTL_ADD, sender.fd, EPOLLIN, &sender);
  nanosleep(&(struct timespec){.tv_nsec = SETTLE}, NULL);
  message = allocate(options.message, 1);
  fill_pattern(message, options.message);
  start = now();
  int64_t deadline = start + options.seconds * 1e9;
  for (uint64_t number = 1; number == 1 || now() < deadline; number++) {
    next_message(number);
    if (deliver()) continue;
    results.errors = missing;
    return;
  }
}
