"""Talks to a server with Python's own HTTP clients.  usage: client.py PORT SOCKET-FILE LARGE-FILE"""

import http.client
import socket
import sys
import threading
import urllib.error
import urllib.request

PORT, SOCKET, LARGE = int(sys.argv[1]), sys.argv[2], sys.argv[3]
URL = f"http://127.0.0.1:{PORT}/"


class UnixConnection(http.client.HTTPConnection):
    """The same client over a unix socket: only the way to connect differs."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def tcp():
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)


def unix():
    return UnixConnection("localhost", timeout=20)


def ask(connection, method, path, body=None, **more):
    connection.request(method, path, body, **more)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer


def same(expected, found):
    if expected != found:
        raise AssertionError(f"not {expected!r:.200} but {found!r:.200}")


def keep_alive(connect):
    connection = connect()
    same((200, b"<h1>index</h1>\n"), ask(connection, "GET", "/")[:2])
    used = connection.sock
    for _ in range(20):
        same((200, b"\0"), ask(connection, "GET", "/one.bin")[:2])
        same((204, b""), ask(connection, "GET", "/h204")[:2])
        same((404, b"404 Not Found\n"), ask(connection, "GET", "/none")[:2])
        status, body, answer = ask(connection, "HEAD", "/" + "sub/deep/large.bin")
        same((200, b"", str(3 << 20)), (status, body, answer.getheader("Content-Length")))
    # http.client drops its socket as soon as a response says that the connection closes
    if used is None or connection.sock is not used:
        raise AssertionError("the connection was not kept")
    connection.close()


def bodies(connect):
    connection = connect()
    octets = bytes(range(256)) * 2000
    same((200, octets), ask(connection, "POST", "/echo", octets)[:2])
    pieces = (octets[i : i + 997] for i in range(0, len(octets), 997))
    same((200, octets), ask(connection, "PUT", "/echo", pieces, encode_chunked=True)[:2])
    same((200, b""), ask(connection, "DELETE", "/echo")[:2])
    with open(LARGE, "rb") as large:
        same((200, large.read()), ask(connection, "GET", "/sub/deep/large.bin")[:2])
    connection.close()


def with_urllib():
    with urllib.request.urlopen(URL + "sub/buffer-and-one.bin", timeout=20) as answer:
        same(65537, len(answer.read()))
        same("close", answer.headers["Connection"])  # urllib asks for it
    with urllib.request.urlopen(URL + "echo", b"a=b", timeout=20) as answer:
        same(b"a=b", answer.read())
    with urllib.request.urlopen(URL + "sub?x=1", timeout=20) as answer:
        same((200, URL + "sub/?x=1"), (answer.status, answer.url))  # it was redirected
    try:
        urllib.request.urlopen(URL + "none", timeout=20)
        raise AssertionError("there is something where nothing is")
    except urllib.error.HTTPError as refused:
        same((404, b"404 Not Found\n"), (refused.code, refused.read()))


def in_parallel(*tasks):
    failures = []

    def run(task):
        try:
            task()
        except Exception as failure:  # handed to the main thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


for connect in tcp, unix:
    keep_alive(connect)
    bodies(connect)
    in_parallel(*[lambda: bodies(connect)] * 8)
with_urllib()
print("ok")
