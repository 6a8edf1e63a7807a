/*
 * What the system's headers say: every constant, size and offset that edgewise.linux carries.
 *
 * Compiled and run, it prints lines of "name value". Compiled with -DCHECK -include FILE, where FILE
 * defines JAVA_name for every name as the Java side has it, it is a check at compile time and nothing
 * to run: so a cross compiler is enough. A name that is missing in FILE is an error of the compiler.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/fcntl.h> /* and not fcntl.h, which says that O_LARGEFILE is 0 */
#include <linux/openat2.h>
#include <time.h> /* before linux/errqueue.h, which needs its struct timespec */
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>

/* asm-generic/socket.h since Linux 6.5; older headers are read too */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif
#ifndef SCM_PIDFD /* of the C library, since glibc 2.39 */
#define SCM_PIDFD 0x04
#endif

#ifdef CHECK
#define CONSTANT(name) _Static_assert((long long)(name) == JAVA_##name, #name)
#define BITS32(name) _Static_assert((int)(name) == JAVA_##name, #name)
#define VALUE(name, value) _Static_assert((long long)(value) == JAVA_##name, #name)
#else
#define CONSTANT(name) printf(#name " %lld\n", (long long)(name))
#define BITS32(name) printf(#name " %d\n", (int)(name))
#define VALUE(name, value) printf(#name " %lld\n", (long long)(value))
#endif

#define SIZE(type) VALUE(sizeof_##type, sizeof(struct type))
#define OFFSET(type, member) VALUE(offsetof_##type##_##member, offsetof(struct type, member))

static void constants(void) {
    /* errno(3) */
    CONSTANT(EPERM);
    CONSTANT(ENOENT);
    CONSTANT(ESRCH);
    CONSTANT(EINTR);
    CONSTANT(EIO);
    CONSTANT(ENXIO);
    CONSTANT(E2BIG);
    CONSTANT(ENOEXEC);
    CONSTANT(EBADF);
    CONSTANT(ECHILD);
    CONSTANT(EAGAIN);
    CONSTANT(ENOMEM);
    CONSTANT(EACCES);
    CONSTANT(EFAULT);
    CONSTANT(ENOTBLK);
    CONSTANT(EBUSY);
    CONSTANT(EEXIST);
    CONSTANT(EXDEV);
    CONSTANT(ENODEV);
    CONSTANT(ENOTDIR);
    CONSTANT(EISDIR);
    CONSTANT(EINVAL);
    CONSTANT(ENFILE);
    CONSTANT(EMFILE);
    CONSTANT(ENOTTY);
    CONSTANT(ETXTBSY);
    CONSTANT(EFBIG);
    CONSTANT(ENOSPC);
    CONSTANT(ESPIPE);
    CONSTANT(EROFS);
    CONSTANT(EMLINK);
    CONSTANT(EPIPE);
    CONSTANT(EDOM);
    CONSTANT(ERANGE);
    CONSTANT(EDEADLK);
    CONSTANT(ENAMETOOLONG);
    CONSTANT(ENOLCK);
    CONSTANT(ENOSYS);
    CONSTANT(ENOTEMPTY);
    CONSTANT(ELOOP);
    CONSTANT(ENOMSG);
    CONSTANT(EIDRM);
    CONSTANT(ECHRNG);
    CONSTANT(EL2NSYNC);
    CONSTANT(EL3HLT);
    CONSTANT(EL3RST);
    CONSTANT(ELNRNG);
    CONSTANT(EUNATCH);
    CONSTANT(ENOCSI);
    CONSTANT(EL2HLT);
    CONSTANT(EBADE);
    CONSTANT(EBADR);
    CONSTANT(EXFULL);
    CONSTANT(ENOANO);
    CONSTANT(EBADRQC);
    CONSTANT(EBADSLT);
    CONSTANT(EBFONT);
    CONSTANT(ENOSTR);
    CONSTANT(ENODATA);
    CONSTANT(ETIME);
    CONSTANT(ENOSR);
    CONSTANT(ENONET);
    CONSTANT(ENOPKG);
    CONSTANT(EREMOTE);
    CONSTANT(ENOLINK);
    CONSTANT(EADV);
    CONSTANT(ESRMNT);
    CONSTANT(ECOMM);
    CONSTANT(EPROTO);
    CONSTANT(EMULTIHOP);
    CONSTANT(EDOTDOT);
    CONSTANT(EBADMSG);
    CONSTANT(EOVERFLOW);
    CONSTANT(ENOTUNIQ);
    CONSTANT(EBADFD);
    CONSTANT(EREMCHG);
    CONSTANT(ELIBACC);
    CONSTANT(ELIBBAD);
    CONSTANT(ELIBSCN);
    CONSTANT(ELIBMAX);
    CONSTANT(ELIBEXEC);
    CONSTANT(EILSEQ);
    CONSTANT(ERESTART);
    CONSTANT(ESTRPIPE);
    CONSTANT(EUSERS);
    CONSTANT(ENOTSOCK);
    CONSTANT(EDESTADDRREQ);
    CONSTANT(EMSGSIZE);
    CONSTANT(EPROTOTYPE);
    CONSTANT(ENOPROTOOPT);
    CONSTANT(EPROTONOSUPPORT);
    CONSTANT(ESOCKTNOSUPPORT);
    CONSTANT(EOPNOTSUPP);
    CONSTANT(EPFNOSUPPORT);
    CONSTANT(EAFNOSUPPORT);
    CONSTANT(EADDRINUSE);
    CONSTANT(EADDRNOTAVAIL);
    CONSTANT(ENETDOWN);
    CONSTANT(ENETUNREACH);
    CONSTANT(ENETRESET);
    CONSTANT(ECONNABORTED);
    CONSTANT(ECONNRESET);
    CONSTANT(ENOBUFS);
    CONSTANT(EISCONN);
    CONSTANT(ENOTCONN);
    CONSTANT(ESHUTDOWN);
    CONSTANT(ETOOMANYREFS);
    CONSTANT(ETIMEDOUT);
    CONSTANT(ECONNREFUSED);
    CONSTANT(EHOSTDOWN);
    CONSTANT(EHOSTUNREACH);
    CONSTANT(EALREADY);
    CONSTANT(EINPROGRESS);
    CONSTANT(ESTALE);
    CONSTANT(EUCLEAN);
    CONSTANT(ENOTNAM);
    CONSTANT(ENAVAIL);
    CONSTANT(EISNAM);
    CONSTANT(EREMOTEIO);
    CONSTANT(EDQUOT);
    CONSTANT(ENOMEDIUM);
    CONSTANT(EMEDIUMTYPE);
    CONSTANT(ECANCELED);
    CONSTANT(ENOKEY);
    CONSTANT(EKEYEXPIRED);
    CONSTANT(EKEYREVOKED);
    CONSTANT(EKEYREJECTED);
    CONSTANT(EOWNERDEAD);
    CONSTANT(ENOTRECOVERABLE);
    CONSTANT(ERFKILL);
    CONSTANT(EHWPOISON);
    CONSTANT(EWOULDBLOCK);
    CONSTANT(EDEADLOCK);
    CONSTANT(ENOTSUP);

    /* epoll(7): events are 32 bits, and the highest is one of them */
    BITS32(EPOLLIN);
    BITS32(EPOLLPRI);
    BITS32(EPOLLOUT);
    BITS32(EPOLLERR);
    BITS32(EPOLLHUP);
    BITS32(EPOLLRDNORM);
    BITS32(EPOLLRDBAND);
    BITS32(EPOLLWRNORM);
    BITS32(EPOLLWRBAND);
    BITS32(EPOLLMSG);
    BITS32(EPOLLRDHUP);
    BITS32(EPOLLEXCLUSIVE);
    BITS32(EPOLLWAKEUP);
    BITS32(EPOLLONESHOT);
    BITS32(EPOLLET);
    BITS32(EPOLL_CTL_ADD);
    BITS32(EPOLL_CTL_DEL);
    BITS32(EPOLL_CTL_MOD);
    BITS32(EPOLL_CLOEXEC);

    /* eventfd(2) */
    CONSTANT(EFD_SEMAPHORE);
    CONSTANT(EFD_NONBLOCK);
    CONSTANT(EFD_CLOEXEC);

    /* socket(7), ip(7), ipv6(7), tcp(7), udp(7), unix(7) */
    CONSTANT(AF_UNSPEC);
    CONSTANT(AF_UNIX);
    CONSTANT(AF_INET);
    CONSTANT(AF_INET6);
    CONSTANT(AF_NETLINK);
    CONSTANT(AF_PACKET);
    CONSTANT(AF_CAN);
    CONSTANT(AF_VSOCK);
    CONSTANT(SOCK_STREAM);
    CONSTANT(SOCK_DGRAM);
    CONSTANT(SOCK_RAW);
    CONSTANT(SOCK_SEQPACKET);
    CONSTANT(SOCK_NONBLOCK);
    CONSTANT(SOCK_CLOEXEC);
    CONSTANT(SOMAXCONN);
    CONSTANT(SHUT_RD);
    CONSTANT(SHUT_WR);
    CONSTANT(SHUT_RDWR);
    CONSTANT(MSG_OOB);
    CONSTANT(MSG_PEEK);
    CONSTANT(MSG_DONTROUTE);
    CONSTANT(MSG_CTRUNC);
    CONSTANT(MSG_TRUNC);
    CONSTANT(MSG_DONTWAIT);
    CONSTANT(MSG_EOR);
    CONSTANT(MSG_WAITALL);
    CONSTANT(MSG_CONFIRM);
    CONSTANT(MSG_ERRQUEUE);
    CONSTANT(MSG_NOSIGNAL);
    CONSTANT(MSG_MORE);
    CONSTANT(MSG_ZEROCOPY);
    CONSTANT(MSG_FASTOPEN);
    CONSTANT(MSG_CMSG_CLOEXEC);
    CONSTANT(SOL_SOCKET);
    CONSTANT(SOL_UDP);
    CONSTANT(IPPROTO_IP);
    CONSTANT(IPPROTO_ICMP);
    CONSTANT(IPPROTO_TCP);
    CONSTANT(IPPROTO_UDP);
    CONSTANT(IPPROTO_IPV6);
    CONSTANT(IPPROTO_ICMPV6);
    CONSTANT(SO_DEBUG);
    CONSTANT(SO_REUSEADDR);
    CONSTANT(SO_TYPE);
    CONSTANT(SO_ERROR);
    CONSTANT(SO_DONTROUTE);
    CONSTANT(SO_BROADCAST);
    CONSTANT(SO_SNDBUF);
    CONSTANT(SO_RCVBUF);
    CONSTANT(SO_KEEPALIVE);
    CONSTANT(SO_OOBINLINE);
    CONSTANT(SO_PRIORITY);
    CONSTANT(SO_LINGER);
    CONSTANT(SO_REUSEPORT);
    CONSTANT(SO_PASSCRED);
    CONSTANT(SO_PEERCRED);
    CONSTANT(SO_RCVLOWAT);
    CONSTANT(SO_SNDLOWAT);
    CONSTANT(SO_RCVTIMEO);
    CONSTANT(SO_SNDTIMEO);
    CONSTANT(SO_BINDTODEVICE);
    CONSTANT(SO_ATTACH_FILTER);
    CONSTANT(SO_TIMESTAMP);
    CONSTANT(SO_ACCEPTCONN);
    CONSTANT(SO_PEERSEC);
    CONSTANT(SO_SNDBUFFORCE);
    CONSTANT(SO_RCVBUFFORCE);
    CONSTANT(SO_PASSSEC);
    CONSTANT(SO_MARK);
    CONSTANT(SO_PROTOCOL);
    CONSTANT(SO_DOMAIN);
    CONSTANT(SO_RXQ_OVFL);
    CONSTANT(SO_PEEK_OFF);
    CONSTANT(SO_BUSY_POLL);
    CONSTANT(SO_INCOMING_CPU);
    CONSTANT(SO_ATTACH_REUSEPORT_CBPF);
    CONSTANT(SO_ATTACH_REUSEPORT_EBPF);
    CONSTANT(SO_INCOMING_NAPI_ID);
    CONSTANT(SO_ZEROCOPY);
    CONSTANT(SO_PREFER_BUSY_POLL);
    CONSTANT(SO_PASSPIDFD);
    CONSTANT(SO_PEERPIDFD);

    /* poll(2) */
    CONSTANT(POLLIN);
    CONSTANT(POLLPRI);
    CONSTANT(POLLOUT);
    CONSTANT(POLLERR);
    CONSTANT(POLLHUP);
    CONSTANT(POLLNVAL);
    CONSTANT(POLLRDHUP);
    CONSTANT(TCP_NODELAY);
    CONSTANT(TCP_MAXSEG);
    CONSTANT(TCP_CORK);
    CONSTANT(TCP_KEEPIDLE);
    CONSTANT(TCP_KEEPINTVL);
    CONSTANT(TCP_KEEPCNT);
    CONSTANT(TCP_SYNCNT);
    CONSTANT(TCP_LINGER2);
    CONSTANT(TCP_DEFER_ACCEPT);
    CONSTANT(TCP_WINDOW_CLAMP);
    CONSTANT(TCP_INFO);
    CONSTANT(TCP_QUICKACK);
    CONSTANT(TCP_CONGESTION);
    CONSTANT(TCP_USER_TIMEOUT);
    CONSTANT(TCP_FASTOPEN);
    CONSTANT(TCP_NOTSENT_LOWAT);
    CONSTANT(TCP_FASTOPEN_CONNECT);
    CONSTANT(UDP_SEGMENT);
    CONSTANT(UDP_GRO);
    CONSTANT(IP_TOS);
    CONSTANT(IP_TTL);
    CONSTANT(IP_PKTINFO);
    CONSTANT(IP_RECVERR);
    CONSTANT(IP_FREEBIND);
    CONSTANT(IP_TRANSPARENT);
    CONSTANT(IP_BIND_ADDRESS_NO_PORT);
    CONSTANT(IP_MULTICAST_IF);
    CONSTANT(IP_MULTICAST_TTL);
    CONSTANT(IP_MULTICAST_LOOP);
    CONSTANT(IP_ADD_MEMBERSHIP);
    CONSTANT(IP_DROP_MEMBERSHIP);
    CONSTANT(IPV6_UNICAST_HOPS);
    CONSTANT(IPV6_MULTICAST_IF);
    CONSTANT(IPV6_MULTICAST_HOPS);
    CONSTANT(IPV6_MULTICAST_LOOP);
    CONSTANT(IPV6_ADD_MEMBERSHIP);
    CONSTANT(IPV6_DROP_MEMBERSHIP);
    CONSTANT(IPV6_RECVERR);
    CONSTANT(IPV6_V6ONLY);
    CONSTANT(IPV6_RECVPKTINFO);
    CONSTANT(IPV6_PKTINFO);
    CONSTANT(IPV6_TCLASS);
    CONSTANT(IP_MULTICAST_ALL);
    CONSTANT(IPV6_MULTICAST_ALL);
    CONSTANT(MCAST_JOIN_GROUP);
    CONSTANT(MCAST_LEAVE_GROUP);
    CONSTANT(MCAST_JOIN_SOURCE_GROUP);
    CONSTANT(MCAST_LEAVE_SOURCE_GROUP);
    CONSTANT(SO_EE_ORIGIN_LOCAL);
    CONSTANT(SO_EE_ORIGIN_ICMP);
    CONSTANT(SO_EE_ORIGIN_ICMP6);
    CONSTANT(SCM_RIGHTS);
    CONSTANT(SCM_CREDENTIALS);
    CONSTANT(SCM_PIDFD);

    /* open(2), fcntl(2) */
    CONSTANT(O_RDONLY);
    CONSTANT(O_WRONLY);
    CONSTANT(O_RDWR);
    CONSTANT(O_ACCMODE);
    CONSTANT(O_CREAT);
    CONSTANT(O_EXCL);
    CONSTANT(O_NOCTTY);
    CONSTANT(O_TRUNC);
    CONSTANT(O_APPEND);
    CONSTANT(O_NONBLOCK);
    CONSTANT(O_DSYNC);
    CONSTANT(O_DIRECT);
    CONSTANT(O_LARGEFILE);
    CONSTANT(O_DIRECTORY);
    CONSTANT(O_NOFOLLOW);
    CONSTANT(O_NOATIME);
    CONSTANT(O_CLOEXEC);
    CONSTANT(O_SYNC);
    CONSTANT(O_PATH);
    CONSTANT(O_TMPFILE);
    CONSTANT(AT_FDCWD);
    CONSTANT(AT_SYMLINK_NOFOLLOW);
    CONSTANT(AT_REMOVEDIR);
    CONSTANT(AT_EMPTY_PATH);
    CONSTANT(F_DUPFD);
    CONSTANT(F_GETFD);
    CONSTANT(F_SETFD);
    CONSTANT(F_GETFL);
    CONSTANT(F_SETFL);
    CONSTANT(F_DUPFD_CLOEXEC);
    CONSTANT(F_SETPIPE_SZ);
    CONSTANT(F_GETPIPE_SZ);
    CONSTANT(FD_CLOEXEC);

    /* openat2(2) */
    CONSTANT(RESOLVE_NO_XDEV);
    CONSTANT(RESOLVE_NO_MAGICLINKS);
    CONSTANT(RESOLVE_NO_SYMLINKS);
    CONSTANT(RESOLVE_BENEATH);
    CONSTANT(RESOLVE_IN_ROOT);
    CONSTANT(RESOLVE_CACHED);

    /* statx(2), inode(7) */
    CONSTANT(STATX_TYPE);
    CONSTANT(STATX_MODE);
    CONSTANT(STATX_NLINK);
    CONSTANT(STATX_UID);
    CONSTANT(STATX_GID);
    CONSTANT(STATX_MTIME);
    CONSTANT(STATX_INO);
    CONSTANT(STATX_SIZE);
    CONSTANT(STATX_BASIC_STATS);
    CONSTANT(S_IFMT);
    CONSTANT(S_IFSOCK);
    CONSTANT(S_IFLNK);
    CONSTANT(S_IFREG);
    CONSTANT(S_IFBLK);
    CONSTANT(S_IFDIR);
    CONSTANT(S_IFCHR);
    CONSTANT(S_IFIFO);

    /* getrlimit(2) */
    CONSTANT(RLIMIT_STACK);
    CONSTANT(RLIMIT_CORE);
    CONSTANT(RLIMIT_NPROC);
    CONSTANT(RLIMIT_NOFILE);
    CONSTANT(RLIMIT_MEMLOCK);
    CONSTANT(RLIMIT_AS);
    CONSTANT(RLIM_INFINITY);

    /* signal(2): the dispositions are pointers to functions that do not exist */
    CONSTANT(SIGHUP);
    CONSTANT(SIGINT);
    CONSTANT(SIGTERM);
    CONSTANT(SIG_DFL);
    CONSTANT(SIG_IGN);

    /* syscall(2) */
    VALUE(SYS_OPENAT, SYS_openat);
    VALUE(SYS_GETDENTS64, SYS_getdents64);
    VALUE(SYS_OPENAT2, SYS_openat2);
    VALUE(SYS_EPOLL_PWAIT2, SYS_epoll_pwait2);

    /* signal(7) */
    CONSTANT(SIGQUIT);
    CONSTANT(SIGUSR1);
    CONSTANT(SIGSEGV);
    CONSTANT(SIGUSR2);
    CONSTANT(SIGPIPE);
    CONSTANT(SIGALRM);
    CONSTANT(SIGCHLD);
    CONSTANT(SIGCONT);
    CONSTANT(SIGSTOP);
    CONSTANT(SIGTSTP);
    CONSTANT(SIGURG);
    CONSTANT(SIGWINCH);
    CONSTANT(SIGIO);
    CONSTANT(SIGKILL);

    /* timerfd_create(2) */
    CONSTANT(CLOCK_REALTIME);
    CONSTANT(CLOCK_MONOTONIC);
    CONSTANT(CLOCK_BOOTTIME);
    CONSTANT(CLOCK_REALTIME_ALARM);
    CONSTANT(CLOCK_BOOTTIME_ALARM);
    CONSTANT(TFD_NONBLOCK);
    CONSTANT(TFD_CLOEXEC);
    CONSTANT(TFD_TIMER_ABSTIME);
    CONSTANT(TFD_TIMER_CANCEL_ON_SET);

    /* signalfd(2), pthread_sigmask(3), sigaction(2) */
    CONSTANT(SFD_NONBLOCK);
    CONSTANT(SFD_CLOEXEC);
    CONSTANT(SIG_BLOCK);
    CONSTANT(SIG_UNBLOCK);
    CONSTANT(SIG_SETMASK);
    CONSTANT(SI_USER);
    CONSTANT(SI_QUEUE);
    CONSTANT(SI_TKILL);

    /* inotify(7) */
    CONSTANT(IN_NONBLOCK);
    CONSTANT(IN_CLOEXEC);
    CONSTANT(IN_ACCESS);
    CONSTANT(IN_MODIFY);
    CONSTANT(IN_ATTRIB);
    CONSTANT(IN_CLOSE_WRITE);
    CONSTANT(IN_CLOSE_NOWRITE);
    CONSTANT(IN_OPEN);
    CONSTANT(IN_MOVED_FROM);
    CONSTANT(IN_MOVED_TO);
    CONSTANT(IN_CREATE);
    CONSTANT(IN_DELETE);
    CONSTANT(IN_DELETE_SELF);
    CONSTANT(IN_MOVE_SELF);
    CONSTANT(IN_UNMOUNT);
    CONSTANT(IN_Q_OVERFLOW);
    CONSTANT(IN_IGNORED);
    CONSTANT(IN_ISDIR);
    CONSTANT(IN_ONLYDIR);
    CONSTANT(IN_DONT_FOLLOW);
    CONSTANT(IN_EXCL_UNLINK);
    CONSTANT(IN_MASK_CREATE);
    CONSTANT(IN_MASK_ADD);
    BITS32(IN_ONESHOT);

    /* pidfd_open(2), waitid(2) */
    CONSTANT(P_ALL);
    CONSTANT(P_PID);
    CONSTANT(P_PGID);
    CONSTANT(P_PIDFD);
    CONSTANT(WNOHANG);
    CONSTANT(WSTOPPED);
    CONSTANT(WEXITED);
    CONSTANT(WCONTINUED);
    CONSTANT(WNOWAIT);
    CONSTANT(CLD_EXITED);
    CONSTANT(CLD_KILLED);
    CONSTANT(CLD_DUMPED);
    CONSTANT(CLD_TRAPPED);
    CONSTANT(CLD_STOPPED);
    CONSTANT(CLD_CONTINUED);
    VALUE(PIDFD_NONBLOCK, O_NONBLOCK); /* linux/pidfd.h says so, where there is one */

    /* ioctl_tty(2), termios(3) */
    CONSTANT(TIOCGWINSZ);
    CONSTANT(TIOCSWINSZ);
    CONSTANT(FIONREAD);
    BITS32(TIOCGPTN);
    BITS32(TIOCSPTLCK);
    CONSTANT(TCSANOW);
    CONSTANT(TCSADRAIN);
    CONSTANT(TCSAFLUSH);
    CONSTANT(ISIG);
    CONSTANT(ICANON);
    CONSTANT(ECHO);
    CONSTANT(IEXTEN);

    /* getdents64(2) */
    CONSTANT(DT_UNKNOWN);
    CONSTANT(DT_FIFO);
    CONSTANT(DT_CHR);
    CONSTANT(DT_DIR);
    CONSTANT(DT_BLK);
    CONSTANT(DT_REG);
    CONSTANT(DT_LNK);
    CONSTANT(DT_SOCK);

    /* syscall(2) of processes */
    VALUE(SYS_PIDFD_SEND_SIGNAL, SYS_pidfd_send_signal);
    VALUE(SYS_PIDFD_OPEN, SYS_pidfd_open);
}

static void structures(void) {
    SIZE(epoll_event);
    OFFSET(epoll_event, events);
    OFFSET(epoll_event, data);
    SIZE(sockaddr_storage);
    OFFSET(sockaddr_storage, ss_family);
    SIZE(sockaddr_in);
    OFFSET(sockaddr_in, sin_port);
    OFFSET(sockaddr_in, sin_addr);
    SIZE(sockaddr_in6);
    OFFSET(sockaddr_in6, sin6_port);
    OFFSET(sockaddr_in6, sin6_flowinfo);
    OFFSET(sockaddr_in6, sin6_addr);
    OFFSET(sockaddr_in6, sin6_scope_id);
    SIZE(sockaddr_un);
    OFFSET(sockaddr_un, sun_path);
    SIZE(iovec);
    OFFSET(iovec, iov_base);
    OFFSET(iovec, iov_len);
    SIZE(msghdr);
    OFFSET(msghdr, msg_name);
    OFFSET(msghdr, msg_namelen);
    OFFSET(msghdr, msg_iov);
    OFFSET(msghdr, msg_iovlen);
    OFFSET(msghdr, msg_control);
    OFFSET(msghdr, msg_controllen);
    OFFSET(msghdr, msg_flags);
    SIZE(cmsghdr);
    OFFSET(cmsghdr, cmsg_len);
    OFFSET(cmsghdr, cmsg_level);
    OFFSET(cmsghdr, cmsg_type);
    SIZE(ucred);
    OFFSET(ucred, pid);
    OFFSET(ucred, uid);
    OFFSET(ucred, gid);
    SIZE(linger);
    OFFSET(linger, l_onoff);
    OFFSET(linger, l_linger);
    SIZE(pollfd);
    OFFSET(pollfd, fd);
    OFFSET(pollfd, events);
    OFFSET(pollfd, revents);
    SIZE(timespec);
    OFFSET(timespec, tv_sec);
    OFFSET(timespec, tv_nsec);
    SIZE(timeval);
    OFFSET(timeval, tv_sec);
    OFFSET(timeval, tv_usec);
    SIZE(rlimit);
    OFFSET(rlimit, rlim_cur);
    OFFSET(rlimit, rlim_max);
    SIZE(open_how);
    OFFSET(open_how, flags);
    OFFSET(open_how, mode);
    OFFSET(open_how, resolve);
    OFFSET(dirent64, d_reclen);
    OFFSET(dirent64, d_name);
    SIZE(statx);
    OFFSET(statx, stx_mask);
    OFFSET(statx, stx_nlink);
    OFFSET(statx, stx_uid);
    OFFSET(statx, stx_gid);
    OFFSET(statx, stx_mode);
    OFFSET(statx, stx_ino);
    OFFSET(statx, stx_size);
    OFFSET(statx, stx_mtime);
    OFFSET(statx, stx_dev_major);
    OFFSET(statx, stx_dev_minor);
    SIZE(statx_timestamp);
    OFFSET(statx_timestamp, tv_sec);
    OFFSET(statx_timestamp, tv_nsec);
    SIZE(utsname);
    OFFSET(utsname, sysname);
    OFFSET(utsname, nodename);
    OFFSET(utsname, release);
    OFFSET(utsname, version);
    OFFSET(utsname, machine);
    /* datagrams */
    SIZE(mmsghdr);
    OFFSET(mmsghdr, msg_hdr);
    OFFSET(mmsghdr, msg_len);
    SIZE(ip_mreqn);
    OFFSET(ip_mreqn, imr_ifindex);
    SIZE(group_req);
    OFFSET(group_req, gr_interface);
    OFFSET(group_req, gr_group);
    SIZE(group_source_req);
    OFFSET(group_source_req, gsr_interface);
    OFFSET(group_source_req, gsr_group);
    OFFSET(group_source_req, gsr_source);
    SIZE(sock_extended_err);
    OFFSET(sock_extended_err, ee_errno);
    OFFSET(sock_extended_err, ee_origin);
    OFFSET(dirent64, d_type);
    SIZE(itimerspec);
    OFFSET(itimerspec, it_interval);
    OFFSET(itimerspec, it_value);
    SIZE(signalfd_siginfo);
    OFFSET(signalfd_siginfo, ssi_signo);
    OFFSET(signalfd_siginfo, ssi_code);
    OFFSET(signalfd_siginfo, ssi_pid);
    OFFSET(signalfd_siginfo, ssi_uid);
    OFFSET(signalfd_siginfo, ssi_status);
    OFFSET(signalfd_siginfo, ssi_int);
    OFFSET(signalfd_siginfo, ssi_ptr);
    VALUE(sizeof_siginfo_t, sizeof(siginfo_t));
    VALUE(offsetof_siginfo_t_si_code, offsetof(siginfo_t, si_code));
    VALUE(offsetof_siginfo_t_si_pid, offsetof(siginfo_t, si_pid));
    VALUE(offsetof_siginfo_t_si_status, offsetof(siginfo_t, si_status));
    SIZE(inotify_event);
    OFFSET(inotify_event, wd);
    OFFSET(inotify_event, mask);
    OFFSET(inotify_event, cookie);
    OFFSET(inotify_event, len);
    SIZE(termios);
    OFFSET(termios, c_lflag);
    SIZE(winsize);
    OFFSET(winsize, ws_row);
    OFFSET(winsize, ws_col);
}

int main(void) {
    constants();
    structures();
    return 0;
}
