/* The server that marks the limit: see limit.c. */
#pragma once
#include "common.h"

enum { BUFFER = 65536 };

struct options {
  struct address address;
  size_t body;          /* octets of a response's body */
  size_t request_bytes; /* of a request without a search for its end; 0: search */
  bool close;           /* the connection ends with its first response */
  bool trust_short;     /* a short receive of a TCP socket is taken for its last */
  bool until_eof;       /* the server ends with its standard input */
};

/* One connection of a stream mode. It owns memory only while a write is blocked. */
struct connection {
  int fd; /* -1: closed, and freed at the end of this batch of events */
  bool wants_write, congested, last;
  bool hung_up;        /* the peer has ended: nothing more will be told */
  unsigned matched;    /* octets of "\r\n\r\n" that the last read ended with */
  size_t got;          /* octets of a request whose end is not there yet (request_bytes) */
  size_t owed;         /* http: octets of responses that send(2) did not take yet */
  char *kept;          /* echo, fanout: the same octets themselves */
  size_t kept_from, kept_to, kept_room;
  struct connection *next, *previous, *next_dead;
};

/* limit.c */
extern struct options options;
void want_write(struct connection *c, bool wanted);
void close_connection(struct connection *c);

/* limit_stream.c: what a mode makes of octets that were read, all connections, and one turn of a connection. */
typedef void consumer(struct connection *c, const char *octets, size_t size);
consumer echo, http, fanout;
extern struct connection connections; /* the head of a ring */
void prepare_response(void);
void turn(struct connection *c, consumer *consume);
void resume_readers(consumer *consume);

/* limit_udp.c */
void udp(int fd);
void udp_batch(int fd);
