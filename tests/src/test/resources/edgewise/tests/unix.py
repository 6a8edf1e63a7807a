"""AF_UNIX with Python's own sockets.  usage: unix.py SCENARIO connect|listen STREAM|SEQPACKET PATH"""

import array
import os
import socket
import struct
import sys
import tempfile
import threading

SCENARIO, ROLE, KIND, PATH = sys.argv[1:]
UCRED = struct.Struct("3i")


def opened():
    """A connected socket. Who sees the socket file can connect: it gets its name when it listens."""
    s = socket.socket(socket.AF_UNIX, getattr(socket, "SOCK_" + KIND))
    s.settimeout(30)
    if ROLE == "connect":
        s.connect(PATH)
        return s
    s.bind(PATH + "~")
    s.listen()
    os.rename(PATH + "~", PATH)
    peer, _ = s.accept()
    peer.settimeout(30)
    s.close()
    return peer


def expect(found, expected):
    if found != expected:
        sys.exit(f"expected {expected!r:.200}, found {found!r:.200}")


def read_all(s):
    pieces = []
    while piece := s.recv(50_000):
        pieces.append(piece)
    return b"".join(pieces)


def echo(s):
    """Sends much without a pause, ends, and reads it all back."""
    sent = os.urandom(1_000_000)

    def send():
        s.sendall(sent)
        s.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    expect(read_all(s), sent)
    sender.join()


def goes_on(s):
    """The other side ends first."""
    expect(read_all(s), b"first")
    s.sendall(bytes(400_000))


def messages(s):
    for size in 1, 0, 0, 1000, 60_000, 0, 2, 0, 1:
        message = os.urandom(size)
        s.send(message)
        expect(s.recv(100_000), message)
    s.shutdown(socket.SHUT_WR)
    for last in b"one", b"", b"two", b"":
        expect(s.recv(100), last)


def gives(s):
    """Passes things, and sees what is done with them: written to, and closed."""
    pipe, pipe_end = os.pipe()
    end, other_end = socket.socketpair()
    memory = os.memfd_create("passed")
    os.write(memory, b"a file")
    with tempfile.TemporaryFile() as file:
        file.write(b"a file")
        file.flush()
        socket.send_fds(s, [b"four"], [pipe_end, file.fileno(), other_end.fileno(), memory])
    os.close(pipe_end)
    os.close(memory)
    other_end.close()
    expect(os.read(pipe, 100), b"to the pipe")
    expect(os.read(pipe, 100), b"")
    expect(end.recv(100), b"to the socket")
    expect(end.recv(100), b"")
    many = [os.memfd_create("many") for _ in range(253)]
    for i, each in enumerate(many):
        os.write(each, str(i).encode())
    socket.send_fds(s, [b"!"], many)
    expect(s.recv(100), b"253 right")


def takes(s):
    data, fds, flags, _ = socket.recv_fds(s, 100, 10)
    expect((data, len(fds), flags & socket.MSG_CTRUNC), (b"three", 3, 0))
    os.write(fds[0], b"to the pipe")
    expect(os.pread(fds[1], 100, 0), b"a file")
    os.write(fds[2], b"to the socket")
    data, fds, flags, _ = socket.recv_fds(s, 100, 253)
    expect((data, len(fds), flags & socket.MSG_CTRUNC), (b"!", 253, 0))
    expect([struct.unpack("Q", os.read(fd, 8))[0] for fd in fds], list(range(1, 254)))


def me():
    return os.getpid(), os.geteuid(), os.getegid()


def line(word):
    return ("%d %d %d " % me() + word + "\n").encode()


def credentials(s):
    """Says who it is, and is told by the kernel who answers; then two processes send by turns."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    s.send(line("who"))
    data, ancillary, _, _ = s.recvmsg(100, socket.CMSG_SPACE(UCRED.size))
    [(level, kind, ucred)] = ancillary
    expect((level, kind), (socket.SOL_SOCKET, socket.SCM_CREDENTIALS))
    expect(UCRED.unpack(ucred), tuple(map(int, data.split())))
    peer = s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, UCRED.size)
    expect(UCRED.unpack(peer)[0], UCRED.unpack(ucred)[0])
    child = os.fork()
    for i in range(50):
        explicit = socket.SOL_SOCKET, socket.SCM_CREDENTIALS, UCRED.pack(*me())
        s.sendmsg([line("explicit")], [explicit] if i % 2 else [])
        rights = socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1] if child else [])
        s.sendmsg([line("more")], [rights] if child else [])
    if not child:
        os._exit(0)
    expect(os.waitpid(child, 0)[1], 0)


with opened() as connected:
    globals()[SCENARIO](connected)
print("ok")
