/* Sends bursts of datagrams and waits for each burst to come back. usage: udp_load PORT BYTES BURST ROUNDS
   Prints how many came back; what is lost is waited for 200 ms. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

int main(int argc, char **argv) {
  (void)argc;
  static char out[65536], in[65536];
  static struct iovec piece;
  static struct mmsghdr burst[1024];
  int count = atoi(argv[3]), room = 4 << 20;
  long rounds = atol(argv[4]), back = 0;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct timeval patience = {.tv_usec = 200000};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&a, sizeof a)) { perror("connect"); return 1; }
  piece.iov_base = out;
  piece.iov_len = atoi(argv[2]);
  for (int i = 0; i < count; i++) burst[i].msg_hdr = (struct msghdr){.msg_iov = &piece, .msg_iovlen = 1};
  for (long r = 0; r < rounds; r++) {
    int sent = sendmmsg(fd, burst, count, 0);
    while (sent-- > 0 && recv(fd, in, sizeof in, 0) >= 0) back++;
  }
  printf("%ld\n", back);
}
