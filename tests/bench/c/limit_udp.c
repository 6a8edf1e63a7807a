/* Echo of datagrams, one by one and in batches. */
#include "limit.h"

enum { BATCH = 32 };

static char buffers[BATCH][BUFFER];

void udp(int fd) {
  for (;;) {
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffers[0], BUFFER, 0, (struct sockaddr *)&from, &length);
    if (n < 0 && would_block()) return;
    if (n < 0 && errno != ECONNREFUSED) die_errno("recvfrom");
    if (n >= 0) sendto(fd, buffers[0], n, 0, (struct sockaddr *)&from, length); /* a full socket loses it, as UDP may */
  }
}

/* A batch that is not full has met EAGAIN. */
void udp_batch(int fd) {
  static struct sockaddr_storage from[BATCH];
  static struct iovec pieces[BATCH];
  static struct mmsghdr batch[BATCH];
  for (int count = BATCH; count == BATCH;) {
    for (int i = 0; i < BATCH; i++) {
      pieces[i] = (struct iovec){buffers[i], BUFFER};
      batch[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i],
          .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    count = recvmmsg(fd, batch, BATCH, 0, NULL);
    if (count < 0 && would_block()) return;
    if (count < 0 && errno != ECONNREFUSED) die_errno("recvmmsg");
    for (int i = 0; i < count; i++) pieces[i].iov_len = batch[i].msg_len;
    if (count > 0) sendmmsg(fd, batch, count, 0);
  }
}
