/* Ping-pong over many connections. usage: echo_load PORT CONNECTIONS BYTES SECONDS
   Prints the number of round trips. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

int main(int argc, char **argv) {
  int count = atoi(argv[2]), size = atoi(argv[3]), one = 1;
  double end = now() + atof(argv[4]);
  char *message = calloc(1, size), *in = malloc(size);
  int *left = calloc(65536, sizeof *left);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int ep = epoll_create1(0);
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a)) { perror("connect"); return 1; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    left[fd] = size;
    if (send(fd, message, size, 0) != size) { perror("send"); return 1; }
  }
  long trips = 0;
  struct epoll_event events[256];
  while (argc == 5 && now() < end) {
    int n = epoll_wait(ep, events, 256, 100);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      ssize_t got = recv(fd, in, left[fd], MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) { perror("recv"); return 1; }
      if (got < 0 || (left[fd] -= got) > 0) continue;
      trips++;
      left[fd] = size;
      if (send(fd, message, size, 0) != size) { perror("send"); return 1; }
    }
  }
  printf("%ld\n", trips);
  return 0;
}
