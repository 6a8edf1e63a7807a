/* Echo and HTTP, closed and open loop.

   Both are two streams of octets: requests, which repeat after some octets (an echo's pattern, the request's file), and
   answers, each of the same size. A client is a position in each:

     idle -- begin --> sending and receiving, overlapped -- all in flight answered --> idle
       |                       ^                                |  --connect
       +-- --connect: connecting                                +--> ending: reads the end, closes, idle */
#include "load.h"

#include <sys/epoll.h>

enum { RECEIVE = 256 << 10, PERIOD = 4093, EVENTS = 512, CHECKED = 4096 };

static const int64_t PATIENCE = 2000000000; /* for what is unanswered at the end */
static const char START[] = "HTTP/1.1 200";
enum { START_LENGTH = sizeof START - 1 };

struct client {
  int fd, index; /* fd -1: not connected */
  bool connecting, ending, wants_write;
  int in_flight;              /* requests begun and not answered */
  size_t to_send;             /* octets of them */
  uint64_t sent, received;    /* octets on this connection */
  int64_t started;            /* closed loop: when the requests in flight were begun */
  uint64_t due, begun, answered; /* open loop: requests of this client */
};

static bool is_http, reads_end;
static size_t request_size, answer_size;
static struct {
  char *octets;
  size_t period, size;
} source;
static char input[RECEIVE];
static int epoll;
static struct client *clients;
static int64_t start, deadline;
static uint64_t outstanding;

/* ---- what is sent ---- */

/* Octets that tell their position: they repeat after a prime number only. */
static void make_pattern(void) {
  size_t chunk = options.message * options.depth;
  source.period = PERIOD;
  source.size = PERIOD + (chunk < RECEIVE ? RECEIVE : chunk > 1 << 20 ? 1 << 20 : chunk);
  source.octets = allocate(source.size, 1);
  fill_pattern(source.octets, PERIOD);
  for (size_t i = PERIOD; i < source.size; i++) source.octets[i] = source.octets[i - PERIOD];
  request_size = answer_size = options.message;
}

static void copy_request(void) {
  size_t size = options.request_bytes, copies = RECEIVE / size;
  copies = copies < 1 ? 1 : copies > (size_t)options.depth ? (size_t)options.depth : copies;
  source.period = request_size = size;
  source.size = copies * size;
  source.octets = allocate(copies, size);
  for (size_t i = 0; i < copies; i++) memcpy(source.octets + i * size, options.request, size);
  answer_size = options.response_bytes;
  reads_end = options.connect && strcasestr(options.request, "\r\nconnection: close");
}

/* Each echo client begins at another position of the pattern, so that answers of another one are noticed. */
static const char *octets_at(const struct client *c, uint64_t position) {
  return source.octets + (position + (is_http ? 0 : c->index * 37)) % source.period;
}

/* ---- sending ---- */

static void watch(struct client *c, int operation) {
  struct epoll_event e = {.events = EPOLLIN | (c->wants_write ? EPOLLOUT : 0), .data.ptr = c};
  check(epoll_ctl(epoll, operation, c->fd, &e), "epoll_ctl");
}

static void want_write(struct client *c, bool wanted) {
  if (c->wants_write == wanted) return;
  c->wants_write = wanted;
  watch(c, EPOLL_CTL_MOD);
}

static void send_more(struct client *c) {
  while (c->to_send > 0) {
    const char *from = octets_at(c, c->sent);
    size_t size = source.octets + source.size - from;
    if (size > c->to_send) size = c->to_send;
    ssize_t n = send(c->fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && !would_block()) die_errno("send");
    if (n > 0) c->sent += n, c->to_send -= n, results.sent += n;
    if (n < (ssize_t)size) {
      want_write(c, true);
      return;
    }
  }
  want_write(c, false);
}

static void connect_client(struct client *c) {
  bool waits = is_unix(&options.address); /* a full backlog is EAGAIN there and tells nothing later: unix(7) */
  c->fd = new_socket(c->index, SOCK_STREAM | (waits ? 0 : SOCK_NONBLOCK));
  c->connecting = connect(c->fd, &options.address.any, options.address.length) < 0;
  if (c->connecting && errno != EINPROGRESS) die_errno("connect");
  c->wants_write = c->connecting;
  c->sent = c->received = 0;
  watch(c, EPOLL_CTL_ADD);
  if (!c->connecting) send_more(c);
}

static void connected(struct client *c) {
  int error = 0;
  socklen_t length = sizeof error;
  check(getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length), "getsockopt");
  if (error) die("connect: %s", strerror(error));
  c->connecting = false;
}

static void begin(struct client *c, int count, int64_t time) {
  c->in_flight += count;
  c->to_send += count * request_size;
  c->begun += count;
  c->started = time;
  if (c->fd < 0) connect_client(c);
  else send_more(c);
}

/* What this client sends next, if it may by now. */
static void go_on(struct client *c, int64_t time) {
  if (c->ending) return;
  if (options.rate > 0) {
    uint64_t waiting = c->due - c->begun, room = options.depth - c->in_flight;
    if (waiting > 0 && room > 0) begin(c, waiting < room ? waiting : room, time);
  } else if (c->in_flight == 0 && time < deadline) {
    outstanding += options.depth;
    begin(c, options.depth, time);
  }
}

/* ---- receiving ---- */

/* The octets are the next ones of the pattern: all of them, or of large messages the first and the last ones. */
static void verify_echo(const struct client *c, size_t size) {
  const char *expected = octets_at(c, c->received);
  bool all = size <= CHECKED || c->received < answer_size;
  size_t ends = all ? size : 64;
  if (memcmp(input, expected, ends) || memcmp(input + size - ends, expected + size - ends, ends))
    die("wrong octets in message %lu of connection %d", c->received / answer_size + 1, c->index);
}

/* Each response that begins in these octets, or began at the end of the last ones, begins as it should. */
static void verify_http(const struct client *c, size_t size) {
  size_t position = c->received % answer_size, at = 0;
  while (at < size) {
    if (position < START_LENGTH) {
      size_t length = START_LENGTH - position < size - at ? START_LENGTH - position : size - at;
      if (memcmp(input + at, START + position, length))
        die("response %lu of connection %d does not begin with %s, or the one before has not %zu octets: %.*s",
            (c->received + at) / answer_size + 1, c->index, START, answer_size,
            (int)(size - at < 200 ? size - at : 200), input + at);
    }
    at += answer_size - position;
    position = 0;
  }
}

static int verify(struct client *c, size_t size) {
  uint64_t part = c->received % answer_size, answered = (part + size) / answer_size;
  if (is_http) verify_http(c, size);
  else verify_echo(c, size);
  if (answered > (uint64_t)c->in_flight || (answered == (uint64_t)c->in_flight && (part + size) % answer_size))
    die("connection %d received more octets than it asked for (answers of %zu)", c->index, answer_size);
  c->received += size;
  results.bytes += size;
  if (c->to_send > 0 && c->received / answer_size * request_size > c->sent)
    die("connection %d: answer %lu came before its request was sent", c->index, c->received / answer_size);
  return answered;
}

static int64_t due_time(const struct client *c, uint64_t request) {
  return start + (int64_t)((request * options.connections + c->index) * 1e9 / options.rate);
}

static void record(struct client *c, int count, int64_t time) {
  if (options.rate == 0) histogram_add(&results.latency, time - c->started, count);
  else for (int i = 0; i < count; i++) histogram_add(&results.latency, time - due_time(c, c->answered + i), 1);
  c->answered += count;
  c->in_flight -= count;
  outstanding -= count;
  results.requests += count;
  results.seconds = (time - start) / 1e9;
}

static void close_client(struct client *c) {
  close(c->fd);
  c->fd = -1;
  c->ending = false;
}

/* Where the request says "Connection: close" the server closes first, its end is read, and TIME_WAIT is the server's,
   from whose port a new connection of the same client port may come all the same. Otherwise the client closes first. */
static void answered_all(struct client *c) {
  if (!options.connect) return;
  if (reads_end) c->ending = true;
  else close_client(c);
}

/* The middle of a large response is counted and need not be copied: MSG_TRUNC, tcp(7). */
static bool only_counted(const struct client *c) {
  uint64_t position = c->received % answer_size;
  return is_http && position >= START_LENGTH && answer_size - position > sizeof input;
}

static void receive(struct client *c) {
  ssize_t n = recv(c->fd, input, sizeof input, MSG_DONTWAIT | (only_counted(c) ? MSG_TRUNC : 0));
  if (n < 0 && would_block()) return;
  if (n < 0) die_errno("recv");
  int64_t time = now();
  if (n == 0 && c->ending) close_client(c);
  else if (n == 0)
    die("the server closed connection %d after %lu octets of answer %lu", c->index,
        c->received % answer_size, c->received / answer_size + 1);
  else {
    int count = verify(c, n);
    if (count > 0) record(c, count, time);
    if (c->in_flight == 0) answered_all(c);
  }
  go_on(c, time);
}

/* ---- the loop ---- */

static void handle(struct client *c, uint32_t events) {
  if (c->connecting) connected(c);
  if (events & EPOLLOUT) send_more(c);
  if (events & ~EPOLLOUT) receive(c);
}

/* Begins, or queues, what is due by now. Returns how many requests were due since the start. */
static uint64_t arrive(uint64_t count, int64_t time) {
  for (;; count++) {
    struct client *c = &clients[count % options.connections];
    int64_t due = due_time(c, c->due);
    if (due > time || due >= deadline) return count;
    c->due++;
    outstanding++;
    go_on(c, time);
  }
}

static void run(void) {
  static struct epoll_event events[EVENTS];
  uint64_t arrived = 0;
  int64_t last = start;
  for (int64_t time = start; time < deadline || (outstanding > 0 && time < deadline + PATIENCE); last = time, time = now()) {
    if (options.rate > 0 && last < deadline && time - last > results.held) results.held = time - last;
    if (options.rate > 0) arrived = arrive(arrived, time);
    int count = epoll_wait(epoll, events, EVENTS, options.rate > 0 && time < deadline ? 0 : 10);
    if (count < 0 && errno != EINTR) die_errno("epoll_wait");
    for (int i = 0; i < count; i++) handle(events[i].data.ptr, events[i].events);
  }
  results.errors = outstanding;
}

static void explain_silence(void) {
  if (results.requests > 0) return;
  for (int i = 0; i < options.connections; i++)
    if (clients[i].received > 0) die("no whole answer: %lu octets of %zu", clients[i].received, answer_size);
  die("no answer");
}

void stream(bool http) {
  is_http = http;
  if (http) copy_request();
  else make_pattern();
  epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  clients = allocate(options.connections, sizeof *clients);
  for (int i = 0; i < options.connections; i++) {
    clients[i] = (struct client){.fd = -1, .index = i};
    if (options.connect) continue;
    clients[i].fd = open_connection(i);
    watch(&clients[i], EPOLL_CTL_ADD);
  }
  start = now();
  deadline = start + options.seconds * 1e9;
  if (options.rate == 0)
    for (int i = 0; i < options.connections; i++) go_on(&clients[i], now());
  run();
  explain_silence();
}
