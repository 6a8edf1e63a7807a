/* Echo, HTTP and fan-out over connections. While a connection's output is blocked it is not read: what a slow reader
   makes the server hold is at most one buffer. */
#include "limit.h"

static char buffer[BUFFER];

struct connection connections = {.next = &connections, .previous = &connections};

/* ---- output as octets: echo and fanout ---- */

enum { CONGESTION = 1 << 20 }; /* fanout: octets kept for one connection beyond which nobody is read */

static int congested;
static bool resume;

static void set_congested(struct connection *c, bool now_congested) {
  if (c->congested == now_congested) return;
  c->congested = now_congested;
  congested += now_congested ? 1 : -1;
  resume |= congested == 0;
}

static void finish(struct connection *c) {
  set_congested(c, false);
  close_connection(c);
}

static void keep(struct connection *c, const char *octets, size_t size) {
  if (c->kept_to + size > c->kept_room) {
    c->kept_room = c->kept_to + size + BUFFER;
    c->kept = realloc(c->kept, c->kept_room);
    if (!c->kept) die_errno("realloc");
  }
  memcpy(c->kept + c->kept_to, octets, size);
  c->kept_to += size;
  set_congested(c, c->kept_to - c->kept_from > CONGESTION);
  want_write(c, true);
}

/* As many octets as the socket takes; -1: the connection is broken. */
static ssize_t send_some(struct connection *c, const char *octets, size_t size) {
  ssize_t n = send(c->fd, octets, size, MSG_NOSIGNAL);
  return n >= 0 ? n : would_block() ? 0 : -1;
}

static void write_octets(struct connection *c, const char *octets, size_t size) {
  ssize_t n = c->kept ? 0 : send_some(c, octets, size);
  if (n < 0) finish(c);
  else if ((size_t)n < size) keep(c, octets + n, size - n);
}

static bool flush_kept(struct connection *c) {
  while (c->kept_from < c->kept_to) {
    ssize_t n = send_some(c, c->kept + c->kept_from, c->kept_to - c->kept_from);
    if (n < 0) finish(c);
    if (n <= 0) return false;
    c->kept_from += n;
  }
  free(c->kept);
  c->kept = NULL;
  c->kept_from = c->kept_to = c->kept_room = 0;
  set_congested(c, false);
  want_write(c, false);
  return true;
}

void echo(struct connection *c, const char *octets, size_t size) { write_octets(c, octets, size); }

void fanout(struct connection *c, const char *octets, size_t size) {
  for (struct connection *to = connections.next, *next; to != &connections; to = next) {
    next = to->next;
    if (to != c) write_octets(to, octets, size);
  }
}

/* ---- output as a number of octets owed: http, whose responses are all the same ---- */

static struct {
  char *octets;  /* as many responses, one after the other, as the requests of a read usually ask for */
  size_t length; /* of one response */
  size_t total;
} response;

void prepare_response(void) {
  char head[256], date[64];
  time_t seconds = time(NULL);
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&seconds));
  size_t length = snprintf(head, sizeof head,
      "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s\r\n", date, options.body,
      options.close ? "Connection: close\r\n" : "");
  response.length = length + options.body;
  size_t copies = 1 + BUFFER / response.length;
  response.total = copies * response.length;
  response.octets = allocate(1, response.total);
  for (char *to = response.octets; to < response.octets + response.total; to += response.length) {
    memcpy(to, head, length);
    for (size_t i = 0; i < options.body; i++) to[length + i] = "Hello, World!"[i % 13];
  }
}

/* A response that is sent in part is continued where it stopped: the rest of it is what is owed beyond whole ones. */
static bool flush_owed(struct connection *c) {
  while (c->owed > 0) {
    size_t rest = c->owed % response.length, from = rest ? response.length - rest : 0;
    size_t size = c->owed < response.total - from ? c->owed : response.total - from;
    ssize_t n = send_some(c, response.octets + from, size);
    if (n < 0) finish(c);
    if (n <= 0) {
      if (n == 0) want_write(c, true);
      return false;
    }
    c->owed -= n;
  }
  want_write(c, false);
  if (c->last) finish(c);
  return !c->last;
}

static unsigned match(unsigned matched, char octet) {
  if (octet == '\r') return matched == 2 ? 3 : 1;
  return octet == '\n' && matched % 2 == 1 ? matched + 1 : 0;
}

/* How many headers end in these octets, where an end may have begun in the octets before them. */
static size_t count_ends(struct connection *c, const char *p, const char *end) {
  size_t count = 0;
  while (c->matched > 0 && p < end) {
    c->matched = match(c->matched, *p++);
    if (c->matched == 4) c->matched = 0, count++;
  }
  for (const char *hit; (hit = memmem(p, end - p, "\r\n\r\n", 4)); count++) p = hit + 4;
  for (p = end - p > 3 ? end - 3 : p; p < end; p++) c->matched = match(c->matched, *p);
  return count;
}

static size_t count_requests(struct connection *c, const char *octets, size_t size) {
  if (options.request_bytes == 0) return count_ends(c, octets, octets + size);
  c->got += size;
  size_t count = c->got / options.request_bytes;
  c->got %= options.request_bytes;
  return count;
}

void http(struct connection *c, const char *octets, size_t size) {
  size_t requests = count_requests(c, octets, size);
  if (requests == 0 || c->last) return;
  c->last = options.close;
  c->owed += (c->last ? 1 : requests) * response.length;
  flush_owed(c);
}

/* ---- a turn ---- */

static bool flush(struct connection *c) { return c->kept ? flush_kept(c) : c->owed == 0 || flush_owed(c); }

/* Fills the buffer from the socket; *drained: there is no more for now. -1: the connection is broken or at its end. With
   --short a short receive says so too, but for AF_UNIX, whose receives end for other reasons as well, and after a hang-up,
   whose end is still to be read: the same rule as Edgewise's. */
static ssize_t receive(struct connection *c, bool *drained) {
  bool short_is_all = options.trust_short && !is_unix(&options.address) && !c->hung_up;
  size_t have = 0;
  while (have < sizeof buffer) {
    size_t room = sizeof buffer - have;
    ssize_t n = recv(c->fd, buffer + have, room, 0);
    if (n > 0) have += n;
    else if (n < 0 && would_block()) return *drained = true, have;
    else return have > 0 ? (ssize_t)have : -1; /* met again after what came before it was answered */
    if ((size_t)n < room && short_is_all) return *drained = true, have;
  }
  return have;
}

void turn(struct connection *c, consumer *consume) {
  if (c->fd < 0 || !flush(c)) return;
  for (bool drained = false; !drained && !congested;) {
    ssize_t n = receive(c, &drained);
    if (n < 0) {
      finish(c);
      return;
    }
    if (n > 0) consume(c, buffer, n);
    if (c->fd < 0 || c->wants_write) return;
  }
}

void resume_readers(consumer *consume) {
  while (resume) {
    resume = false;
    for (struct connection *c = connections.next, *next; c != &connections && !congested; c = next) {
      next = c->next;
      turn(c, consume);
    }
  }
}
