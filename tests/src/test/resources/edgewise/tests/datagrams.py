"""Talks to an echo server of datagrams with Python's socket module: KIND SERVER [MINE]."""
import os
import socket
import sys

kind, server = sys.argv[1], sys.argv[2]
if kind == "udp":
    host, port = server.rsplit(":", 1)
    address = (host, int(port))
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
else:
    address = server
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind(sys.argv[3])
s.settimeout(20)

for size in (0, 1, 1472, 9000, 65507):
    data = os.urandom(size)
    s.sendto(data, address)
    back, sender = s.recvfrom(70000)
    assert back == data, size
    assert sender == address, sender

# Five at a time, as many times as it takes; answers keep their order.
for i in range(0, 500, 5):
    for k in range(i, i + 5):
        s.sendto(b"%d" % k, address)
    for k in range(i, i + 5):
        assert s.recv(100) == b"%d" % k

if kind == "descriptors":
    s.connect(address)
    # A pipe goes there and comes back.
    read, write = os.pipe()
    os.write(write, b"through the pipe")
    socket.send_fds(s, [b"take this"], [read, write])
    os.close(read)
    os.close(write)
    data, fds, flags, _ = socket.recv_fds(s, 100, 10)
    assert data == b"take this" and flags == 0 and len(fds) == 2, (data, fds, flags)
    assert os.read(fds[0], 100) == b"through the pipe"
    for fd in fds:
        os.close(fd)
    # Who am I?
    s.send(b"who")
    assert s.recv(100) == b"%d %d %d" % (os.getpid(), os.getuid(), os.getgid())
print("ok")
