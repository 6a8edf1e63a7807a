/* The time to the first response: of a server that is being started, or that it starts itself. */
#include "load.h"

#include <poll.h>
#include <signal.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const int64_t PATIENCE = 60000000000, TO_END = 2000000000;
static const struct timespec PAUSE = {.tv_nsec = 500000};

static pid_t server; /* 0: somebody else's */

static void end_server(void) {
  if (server == 0) return;
  kill(server, SIGTERM);
  for (int64_t until = now() + TO_END; waitpid(server, NULL, WNOHANG) == 0;) {
    if (now() > until) kill(server, SIGKILL);
    nanosleep(&PAUSE, NULL);
  }
  server = 0;
}

__attribute__((noreturn)) static void fail(const char *why) {
  end_server();
  die("%s", why);
}

/* Its standard output is dropped, so that the result stands alone there; it ends with this process. */
static void start_server(char **command) {
  server = check(fork(), "fork");
  if (server > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_DFL); /* an ignored signal stays ignored in what is executed */
  int null = open("/dev/null", O_RDWR);
  dup2(null, STDOUT_FILENO);
  execvp(command[0], command);
  die_errno(command[0]);
}

static void check_server(void) {
  if (server == 0 || waitpid(server, NULL, WNOHANG) == 0) return;
  server = 0;
  fail("the server ended before it answered");
}

/* Whether the response begins as it should: true; the connection ends before that: false, and it is tried again, for
   the server may not be ready although its port is. */
static bool begins(int fd, int64_t until) {
  char octets[12];
  for (size_t have = 0; have < sizeof octets;) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready = poll(&p, 1, 100);
    check_server();
    if (now() > until) fail("no response within 60 s");
    if (ready <= 0) continue;
    ssize_t n = recv(fd, octets + have, sizeof octets - have, 0);
    if (n <= 0) return false;
    have += n;
  }
  if (memcmp(octets, "HTTP/1.1 200", sizeof octets)) fail("the first response does not begin with HTTP/1.1 200");
  return true;
}

static bool attempt(int64_t until) {
  int fd = new_socket(0, SOCK_STREAM);
  bool connected = connect(fd, &options.address.any, options.address.length) == 0;
  if (!connected && errno != ECONNREFUSED && errno != ENOENT && errno != EAGAIN) fail(strerror(errno));
  bool sent = connected && send(fd, options.request, options.request_bytes, MSG_NOSIGNAL) == (ssize_t)options.request_bytes;
  bool answered = sent && begins(fd, until);
  close(fd);
  return answered;
}

void first(char **command) {
  int64_t start = now(), until = start + PATIENCE;
  if (command) start_server(command);
  while (!attempt(until)) {
    check_server();
    if (now() > until) fail("no response within 60 s");
    nanosleep(&PAUSE, NULL);
  }
  printf("{\"milliseconds\":%.3f}\n", (now() - start) / 1e6);
  fflush(stdout);
  end_server();
}
