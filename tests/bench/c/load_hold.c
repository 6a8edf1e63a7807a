/* Connections that are there: opened, used once if asked for, held until standard input ends. */
#include "load.h"

static char *message, *answer;
static int *fds;

static void send_all(int fd, const char *octets, size_t size) {
  for (ssize_t n; size > 0; octets += n, size -= n) {
    n = send(fd, octets, size, MSG_NOSIGNAL);
    if (n < 0) die_errno("send");
  }
}

static void receive_all(int fd, char *octets, size_t size) {
  for (ssize_t n; size > 0; octets += n, size -= n) {
    n = recv(fd, octets, size, 0);
    if (n < 0) die_errno("recv");
    if (n == 0) die("the server closed a connection before all of its answer came");
  }
}

static void exchange_message(int fd) {
  send_all(fd, message, options.message);
  receive_all(fd, answer, options.message);
  if (memcmp(message, answer, options.message)) die("wrong octets came back");
}

static void exchange_request(int fd) {
  send_all(fd, options.request, options.request_bytes);
  receive_all(fd, answer, options.response_bytes);
  if (strncmp(answer, "HTTP/1.1 200", 12)) die("not the response that was asked for: %.200s", answer);
}

/* Nothing came on it, not even the end. */
static void check_idle(int fd) {
  char octet;
  ssize_t n = recv(fd, &octet, 1, MSG_DONTWAIT);
  if (n < 0 && would_block()) return;
  if (n < 0) die_errno("recv");
  die(n == 0 ? "the server closed a connection that was held" : "more octets came than were asked for");
}

void hold(void) {
  if (options.request && !options.response_bytes) die("this mode needs --response-bytes with --request");
  if (options.message > 65536) die("a message to be exchanged at once has at most 65536 octets");
  message = allocate(options.message + 1, 1);
  answer = allocate(options.message + options.response_bytes + 1, 1);
  fds = allocate(options.connections, sizeof *fds);
  fill_pattern(message, options.message);
  for (int i = 0; i < options.connections; i++) {
    fds[i] = open_connection(i);
    if (options.message > 0) exchange_message(fds[i]);
    if (options.request) exchange_request(fds[i]);
  }
  puts("ready");
  fflush(stdout);
  while (read(STDIN_FILENO, answer, 1) > 0) continue;
  for (int i = 0; i < options.connections; i++) check_idle(fds[i]);
}
