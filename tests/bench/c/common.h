/* What both programs use: failing with a message, the clock, addresses, numbers on the command line. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Ends the program with a message. */
__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

/* The same for a system call that failed. */
__attribute__((noreturn)) static inline void die_errno(const char *call) { die("%s: %s", call, strerror(errno)); }

static inline int check(int result, const char *call) {
  if (result < 0) die_errno(call);
  return result;
}

static inline void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory && count && size) die_errno("calloc");
  return memory;
}

static inline bool would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK; }

/* Nanoseconds on the monotonic clock. */
static inline int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

struct address {
  union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
  };
  socklen_t length;
};

/* 127.0.0.1:PORT or unix:PATH. */
static inline struct address parse_address(const char *text) {
  struct address a = {0};
  if (!strncmp(text, "unix:", 5)) {
    if (strlen(text + 5) >= sizeof a.un.sun_path) die("too long for a unix address: %s", text);
    a.un.sun_family = AF_UNIX;
    strcpy(a.un.sun_path, text + 5);
    a.length = sizeof a.un;
    return a;
  }
  char host[16] = "", rest;
  unsigned port;
  if (sscanf(text, "%15[0-9.]:%u%c", host, &port, &rest) != 2 || port > 65535 || !inet_aton(host, &a.in.sin_addr))
    die("neither ADDRESS:PORT nor unix:PATH: %s", text);
  a.in.sin_family = AF_INET;
  a.in.sin_port = htons(port);
  a.length = sizeof a.in;
  return a;
}

static inline bool is_unix(const struct address *a) { return a->any.sa_family == AF_UNIX; }

/* A number of an option, within its limits. */
static inline double parse_number(const char *text, double low, double high) {
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end || !(value >= low && value <= high)) die("not a number from %g to %g: %s", low, high, text);
  return value;
}

/* As many descriptors as the system allows this process. */
static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static inline void no_delay(int fd, const struct address *a) {
  int one = 1;
  if (!is_unix(a)) check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "setsockopt TCP_NODELAY");
}
