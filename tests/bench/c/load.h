/* The load generator: see load.c. */
#pragma once
#include "common.h"
#include "histogram.h"

struct options {
  struct address address;
  int connections, depth, burst, source_addresses;
  double seconds, rate; /* rate 0: closed loop */
  size_t message;
  char *request;
  size_t request_bytes, response_bytes;
  bool connect;
};

/* What is printed at the end. */
struct results {
  uint64_t requests, bytes, sent, errors, lost;
  double seconds;
  int64_t held; /* the longest turn of an open loop, which never sleeps: much more than it has to do, and it did not run */
  struct histogram latency;
};

extern struct options options;
extern struct results results;

/* load.c */
int open_connection(int index); /* waits until it is connected */
int new_socket(int index, int type);
void fill_pattern(char *octets, size_t size);

/* the modes */
void stream(bool http);
void udp(void);
void fanout(void);
void hold(void);
void first(char **command);
void selftest(void);
