/* Bursts of datagrams that come back. A datagram of 8 octets or more tells its burst and its number in it: one that
   comes too late or twice is not counted. */
#include "load.h"

#include <sys/epoll.h>

enum { LARGEST_BURST = 1024, BATCH = 64 };

static const int64_t PATIENCE = 200000000;

struct tag {
  uint32_t burst, number;
};

struct client {
  int fd;
  uint32_t burst;
  int missing; /* datagrams of the burst; 0: no burst is in flight */
  int64_t started;
  uint64_t seen[LARGEST_BURST / 64];
};

static struct client *clients;
static char *pattern; /* of a datagram, behind its tag */
static char *output, *input; /* LARGEST_BURST, BATCH datagrams */
static size_t size, room;   /* room: one octet more than a datagram has, to see that it is not longer */
static struct mmsghdr out[LARGEST_BURST], in[BATCH];
static struct iovec out_pieces[LARGEST_BURST], in_pieces[BATCH];
static int64_t start, deadline;
static int busy; /* clients with a burst in flight */

static void prepare(void) {
  size = options.message;
  room = size + 1;
  pattern = allocate(size, 1);
  output = allocate(options.burst, size);
  input = allocate(BATCH, room);
  fill_pattern(pattern, size);
  for (int i = 0; i < options.burst; i++) {
    out_pieces[i] = (struct iovec){memcpy(output + i * size, pattern, size), size};
    out[i].msg_hdr = (struct msghdr){.msg_iov = &out_pieces[i], .msg_iovlen = 1};
  }
  for (int i = 0; i < BATCH; i++) {
    in_pieces[i] = (struct iovec){input + i * room, room};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &in_pieces[i], .msg_iovlen = 1};
  }
}

static void begin(struct client *c, int64_t time) {
  if (time >= deadline) return;
  c->burst++;
  c->started = time;
  memset(c->seen, 0, sizeof c->seen);
  for (int i = 0; size >= sizeof(struct tag) && i < options.burst; i++)
    memcpy(output + i * size, &(struct tag){c->burst, i}, sizeof(struct tag));
  for (int sent = 0; sent < options.burst;) sent += check(sendmmsg(c->fd, out + sent, options.burst - sent, 0), "sendmmsg");
  c->missing = options.burst;
  results.sent += options.burst * size;
  busy++;
}

/* Whether the datagram is one of the burst in flight and the first of its number. */
static bool expected(struct client *c, const char *octets, size_t length) {
  if (length != size) die("a datagram of %s%zu octets came back for one of %zu", length == room ? "at least " : "", length, size);
  size_t head = size >= sizeof(struct tag) ? sizeof(struct tag) : 0;
  if (memcmp(octets + head, pattern + head, size - head)) die("wrong octets in a datagram");
  if (head == 0) return c->missing > 0;
  struct tag tag;
  memcpy(&tag, octets, sizeof tag);
  if (tag.burst > c->burst || tag.number >= (uint32_t)options.burst) die("a datagram that was not sent");
  uint64_t bit = UINT64_C(1) << tag.number % 64, *seen = &c->seen[tag.number / 64];
  if (tag.burst != c->burst || c->missing == 0 || *seen & bit) return false;
  *seen |= bit;
  return true;
}

static void receive(struct client *c) {
  int count = recvmmsg(c->fd, in, BATCH, MSG_DONTWAIT, NULL), came = 0;
  if (count < 0 && would_block()) return;
  check(count, "recvmmsg");
  int64_t time = now();
  for (int i = 0; i < count; i++) came += expected(c, input + i * room, in[i].msg_len);
  if (came == 0) return;
  histogram_add(&results.latency, time - c->started, came);
  results.requests += came;
  results.bytes += came * size;
  results.seconds = (time - start) / 1e9;
  if ((c->missing -= came) > 0) return;
  busy--;
  begin(c, time);
}

/* What is missing after its time is lost; the next burst begins. */
static int64_t give_up(int64_t time) {
  for (struct client *c = clients; c < clients + options.connections; c++) {
    if (c->missing == 0 || time - c->started < PATIENCE) continue;
    results.lost += c->missing;
    c->missing = 0;
    busy--;
    begin(c, time);
  }
  return time + PATIENCE / 10;
}

static void run(int epoll) {
  struct epoll_event events[256];
  int64_t next_look = start + PATIENCE;
  while (busy > 0) {
    int count = epoll_wait(epoll, events, 256, PATIENCE / 10000000);
    if (count < 0 && errno != EINTR) die_errno("epoll_wait");
    for (int i = 0; i < count; i++) receive(events[i].data.ptr);
    int64_t time = now();
    if (time >= next_look) next_look = give_up(time);
  }
}

void udp(void) {
  prepare();
  int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"), buffer = 4 << 20;
  clients = allocate(options.connections, sizeof *clients);
  for (int i = 0; i < options.connections; i++) {
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &clients[i]};
    clients[i].fd = new_socket(i, SOCK_DGRAM);
    check(connect(clients[i].fd, &options.address.any, options.address.length), "connect");
    /* A burst is lost on the way to the server, if it is, and not on the way back; root may exceed rmem_max. */
    if (setsockopt(clients[i].fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0)
      check(setsockopt(clients[i].fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer), "setsockopt SO_RCVBUF");
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &e), "epoll_ctl");
  }
  start = now();
  deadline = start + options.seconds * 1e9;
  for (int i = 0; i < options.connections; i++) begin(&clients[i], now());
  run(epoll);
  if (results.requests == 0) die("no answer");
}
