"""What is measured, on whom, and with which load."""
import contextlib, socket
from dataclasses import dataclass, field
from typing import Callable
from . import loads

ECHO = ["C", "C-short", "edgewise", "netty-epoll", "netty-nio", "nio", "vertx"]
HTTP = ["C", "C-short", "edgewise", "netty-epoll", "netty-nio", "nio", "jdk", "vertx", "helidon", "undertow", "jetty", "nginx"]
FILES = ["nginx"] + HTTP[2:-1]
UNIX = ["C", "edgewise", "netty-epoll", "netty-nio", "nio", "jnr", "junixsocket"]
UDP = ["C", "C-batch", "edgewise", "netty-epoll", "netty-epoll-batch", "nio"]
FANOUT = ["C", "edgewise", "netty-epoll", "netty-nio", "nio"]


def nothing(suite, server):
    return contextlib.nullcontext()


@dataclass
class Workload:
    name: str
    title: str
    mode: str  # of the server: http, echo, fanout, udp
    contestants: list
    run: Callable  # (suite, server, seconds) -> dict with "requests"
    unit: str = "request"
    unix: bool = False
    limit: list = field(default_factory=list)  # options of the C server
    latency: bool = False  # the latencies are the point: they are of an open loop
    beside: Callable = nothing  # (suite, server) -> what is there during a run
    half_of: str = None  # the workload whose rate on the C server counts, where that is the rate of an open loop
    warm_up: Callable = None  # where the load itself is too much for a server that is cold


def request(suite, path, headers=None, body=None, close=False):
    """A file with a request, for our own generator."""
    lines = ["GET" if body is None else "POST"]
    lines[0] += f" {path} HTTP/1.1"
    lines += ["Host: 127.0.0.1"] + [f"{n}: {v}" for n, v in (headers or {}).items()]
    lines += ["Connection: close"] if close else []
    lines += [f"Content-Length: {body}"] if body is not None else []
    text = ("\r\n".join(lines) + "\r\n\r\n").encode() + b"x" * (body or 0)
    return suite.file(text)


def response_bytes(server, file):
    """How long the server's response is: asked once, of the head and Content-Length."""
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        s.sendall(open(file, "rb").read())
        head = b""
        while b"\r\n\r\n" not in head:
            head += s.recv(65536)
    text, _, _ = head.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in text.split(b"\r\n")[1:])
    if not text.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{server.name}: {text!r}")
    return len(text) + 4 + int(fields[b"content-length"])


def plain(path, **how):
    return lambda suite, server, seconds: loads.wrk(suite, server, path, seconds=max(1, round(seconds)), **how)


def http(path, connections=64, options=(), sources=0, rate=None, **what):
    def run(suite, server, seconds):
        file = request(suite, path, **what)
        key = (server, file)
        if key not in suite.lengths:
            suite.lengths[key] = response_bytes(server, file)
        how = ["--request", file, "--response-bytes", suite.lengths[key], "--connections", connections, *options]
        how += ["--rate", suite.rate(rate)] if rate else []
        return loads.load(suite, "http", server, *how, seconds=seconds)
    return run


def echo(message, connections, depth=1, rate=None, scale=1):
    def run(suite, server, seconds):
        how = ["--message", message, "--connections", connections, "--depth", depth]
        how += ["--rate", suite.rate(rate)] if rate else []
        result = loads.load(suite, "echo", server, *how, seconds=seconds)
        return dict(result, requests=result["requests"] * scale)
    return run


def udp(burst):
    return lambda suite, server, seconds: loads.load(
        suite, "udp", server, "--message", 64, "--burst", burst, "--connections", 4, seconds=seconds)


def fanout(receivers):
    return lambda suite, server, seconds: loads.load(
        suite, "fanout", server, "--message", 64, "--connections", receivers, seconds=seconds)


def idle_connections(count):
    """Keeps that many open, which do nothing after one request each."""
    @contextlib.contextmanager
    def opened(suite, server):
        file = request(suite, "/plaintext")
        with suite.holding(server, count, "--request", file, "--response-bytes", response_bytes(server, file)):
            yield
    return opened


MIB = 1 << 20


def all_of(many):
    """All workloads; `many` scales the number of connections, 1 but for a quick look."""
    thousand, ten_thousand, five_thousand = (max(8, int(n * many)) for n in (1000, 10_000, 5000))
    tcp = [Workload(f"echo-{size}-{n}", f"echo of {label}, {n} connections", "echo", ECHO, echo(size, n), "round trip")
           for size, label in ((64, "64 B"), (16384, "16 KiB")) for n in (1, 64, thousand)]
    web = [
        Workload("plaintext-1", "plaintext, one request at a time", "http", HTTP, plain("/plaintext")),
        Workload("plaintext-16", "plaintext, 16 pipelined", "http", HTTP, plain("/plaintext", depth=16)),
        Workload("headers-12", "12 header fields of a browser", "http", HTTP, plain("/plaintext", headers=loads.BROWSER)),
        Workload("json", "JSON of 1 KiB", "http", HTTP, plain("/json"), limit=["--body", 1024]),
        Workload("connect", "a connection per request", "http", HTTP,
                 http("/plaintext", options=["--connect"], close=True), limit=["--close"]),
        Workload("post-16k", "POST of 16 KiB", "http", HTTP, http("/upload", body=16384), limit=["post", 16384]),
        Workload("post-10m", "POST of 10 MiB", "http", HTTP, http("/upload", body=10 * MIB, connections=4),
                 limit=["post", 10 * MIB]),
        Workload("idle", f"64 busy beside {ten_thousand} idle connections", "http", HTTP, http("/plaintext"),
                 beside=idle_connections(ten_thousand)),
    ]
    files = [Workload(f"file-{label}", f"file of {title}", "http", FILES, plain(f"/files/{label}", connections=n))
             for label, title, n in (("1k", "1 KiB", 64), ("100k", "100 KiB", 64), ("10m", "10 MiB", 8))]
    others = [
        Workload("unix-ping", "AF_UNIX ping-pong of 64 B", "echo", UNIX, echo(64, 1), "round trip", unix=True),
        Workload("unix-stream", "AF_UNIX stream, 64 KiB each way", "echo", UNIX, echo(65536, 1, depth=4), "64 KiB", unix=True),
        Workload("udp-1", "UDP echo, one at a time", "udp", UDP, udp(1), "datagram"),
        Workload("udp-32", "UDP echo, bursts of 32", "udp", UDP, udp(32), "datagram"),
        Workload("fanout", f"one message to {five_thousand} connections", "fanout", FANOUT, fanout(five_thousand), "delivery"),
    ]
    busy = Workload("unix-busy", "AF_UNIX round trip, 2,000 a second, with and without busy polling", "echo",
                    ["C", "edgewise", "edgewise-busy"], echo(64, 1, rate=2000), "round trip", unix=True, latency=True)
    open_loop = [
        Workload("echo-latency", "echo of 64 B at half of C's load", "echo", ECHO, echo(64, 64, rate="echo-64-64"), "round trip",
                 latency=True, half_of="echo-64-64", warm_up=echo(64, 64)),
        Workload("plaintext-latency", "plaintext at half of C's load", "http", HTTP, http("/plaintext", rate="plaintext-1"),
                 latency=True, half_of="plaintext-1", warm_up=http("/plaintext")),
        Workload("unix-latency", "AF_UNIX ping-pong at half of C's load", "echo", UNIX, echo(64, 1, rate="unix-ping"), "round trip",
                 unix=True, latency=True, half_of="unix-ping", warm_up=echo(64, 1)),
    ]
    every = tcp + web + files + others + [busy] + open_loop
    for workload in every:
        if workload.name not in ("echo-64-64", "plaintext-1", "plaintext-16", "headers-12"):
            workload.contestants = [name for name in workload.contestants if name != "C-short"]
    return every
