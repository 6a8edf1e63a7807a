/* The C side of udp.py: echoes datagrams, edge-triggered, a call for each. usage: udp_echo PORT */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  (void)argc;
  static char buffer[65536];
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&a, sizeof a)) { perror("bind"); return 1; }
  int ep = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN | EPOLLET};
  epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
  for (;;) {
    epoll_wait(ep, &e, 1, -1);
    for (;;) {
      struct sockaddr_in from;
      socklen_t length = sizeof from;
      ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
      if (n < 0) break;
      sendto(fd, buffer, n, 0, (struct sockaddr *)&from, length);
    }
  }
}
