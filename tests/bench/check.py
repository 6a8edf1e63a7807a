#!/usr/bin/env python3
"""Whether each server of the suite answers right. A measurement of one that does not is worth nothing.

usage: tests/bench/check.py [--classes DIR] [NAME...]
Needs the built module (mvn package -P bench -pl tests/bench -am). Starts each contestant, asks for every
endpoint and compares status, Content-Length and body; pipelined requests; a connection that is kept; one that
is not; uploads; echo of 1 MiB in pieces over TCP and AF_UNIX; fan-out to three connections; UDP echo. Prints a
line for each and ends with 1 if one differs."""
import argparse, glob, hashlib, os, socket, subprocess, sys, tempfile, threading

HERE = os.path.dirname(os.path.abspath(__file__))
p = argparse.ArgumentParser()
p.add_argument("names", nargs="*")
p.add_argument("--classes", default=f"{HERE}/target/classes")
p.add_argument("--java-home", default=os.environ.get("JAVA_HOME", ""))
A = p.parse_args()

HOMES = [A.java_home] + sorted(glob.glob("/usr/lib/jvm/*25*"))
JAVA = next(h for h in HOMES if h and os.path.exists(h + "/bin/java")) + "/bin/java"
FLAGS = ["-XX:+UseSerialGC", "-Xms256m", "-Xmx256m", "--enable-native-access=ALL-UNNAMED"]
COMMAND = [JAVA, *FLAGS, "-cp", f"{A.classes}:{HERE}/target/lib/*", "edgewise.bench.Main"]
PLAINTEXT = b"Hello, World!"
UNIX_ONLY = {"jnr-echo", "junixsocket-echo"}
BOTH = {"edgewise-echo", "edgewise-level-echo", "edgewise-select-echo", "netty-epoll-echo", "netty-nio-echo", "nio-echo",
        "vertx-echo"}


class Wrong(Exception):
    pass


def same(what, expected, found):
    if expected != found:
        short = [x if len(x) < 200 else x[:200] + b"..." for x in (expected, found)] if isinstance(found, bytes) else (expected, found)
        raise Wrong(f"{what}: {short[1]!r} and not {short[0]!r}")


class Server:
    def __init__(self, name, address, files, *properties):
        command = COMMAND[:1] + list(properties) + COMMAND[1:]
        self.address = address
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*command, name, address, files], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        if self.process.stdout.readline() != b"ready\n":
            raise Wrong("does not start: " + self.said())

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode()[-2000:]

    def ask(self, question):
        self.process.stdin.write(question + b"\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def connect(self):
        if self.address.startswith("unix:"):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.address[5:])
        else:
            host, port = self.address.rsplit(":", 1)
            s = socket.create_connection((host, int(port)))
        s.settimeout(10)
        return s

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Wrong("does not end with its standard input")


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def response(reader):
    status = reader.readline().split(b" ", 2)
    if len(status) < 2:
        raise Wrong("no response: the connection has ended")
    fields = {}
    while (line := reader.readline().strip()):
        name, value = line.split(b":", 1)
        if name.lower() in fields:
            raise Wrong(f"two fields {name}")
        fields[name.lower()] = value.strip()
    if b"content-length" not in fields:
        raise Wrong(f"no Content-Length: {fields}")
    return int(status[1]), fields, reader.read(int(fields[b"content-length"]))


def get(path, more=""):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def check_answer(reader, path, body):
    status, fields, found = response(reader)
    same(path + " status", 200, status)
    same(path, body, found)
    if not fields.get(b"content-type"):
        raise Wrong(path + ": no Content-Type")
    if b"date" not in fields:
        raise Wrong(path + ": no Date")


def check_http(server, files, json):
    with server.connect() as c:
        reader = c.makefile("rb")
        for path, body in {"/plaintext": PLAINTEXT, "/json": json, **files, "/plaintext?": None}.items():
            if body is not None:
                for _ in range(2):
                    c.sendall(get(path))
                    check_answer(reader, path, body)
        for path, expected in {"/files/none": 404, "/none": 404}.items():
            c.sendall(get(path))
            same(path, expected, response(reader)[0])
        for length in (0, 1, 16384, 10 << 20, 10):
            c.sendall(f"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode())
            c.sendall(b"x" * length)
            check_answer(reader, "/upload", str(length).encode())
        c.sendall(get("/plaintext", "".join(f"X-Browser-Header-{i}: {'v' * 40}\r\n" for i in range(12))))
        check_answer(reader, "/plaintext", PLAINTEXT)
    with server.connect() as c:
        reader = c.makefile("rb")
        c.sendall((get("/plaintext") + get("/json")) * 8)
        for _ in range(8):
            check_answer(reader, "pipelined /plaintext", PLAINTEXT)
            check_answer(reader, "pipelined /json", json)
        for octet in get("/plaintext"):
            c.sendall(bytes([octet]))
        check_answer(reader, "/plaintext in pieces", PLAINTEXT)
    with server.connect() as c:
        reader = c.makefile("rb")
        c.sendall(get("/plaintext", "Connection: close\r\n"))
        check_answer(reader, "last /plaintext", PLAINTEXT)
        same("after the last response", b"", reader.read())


def check_unkept(server):
    """No server keeps the bodies of uploads, or what it sends, or a connection."""
    threads, count = [], 2000
    def load():
        with server.connect() as c:
            reader = c.makefile("rb")
            for _ in range(count):
                c.sendall(get("/plaintext"))
                check_answer(reader, "/plaintext", PLAINTEXT)
    for _ in range(4):
        threads.append(threading.Thread(target=load))
        threads[-1].start()
    for t in threads:
        t.join()
    if server.ask(b"allocated") <= 0 or server.ask(b"live") > 64 << 20:
        raise Wrong("keeps more than 64 MiB")


def check_echo(server):
    octets = b"".join(hashlib.sha512(str(i).encode()).digest() for i in range(1 << 14))  # 1 MiB
    with server.connect() as c, server.connect() as other:
        other.sendall(b"x")
        same("echo", b"x", other.recv(10))
        for size in (1, 64, 16384, 100_000):
            sender = threading.Thread(target=lambda: [c.sendall(octets[i:i + size]) for i in range(0, min(len(octets), size * 2000), size)])
            sender.start()
            wanted = octets[:size * 2000]
            same(f"echo by {size}", wanted, c.recv(len(wanted), socket.MSG_WAITALL) if len(wanted) < 1000 else read(c, len(wanted)))
            sender.join()
        c.shutdown(socket.SHUT_WR)
        same("after the end", b"", c.recv(1))


def read(c, length):
    parts = bytearray()
    while len(parts) < length:
        part = c.recv(min(1 << 16, length - len(parts)))
        if not part:
            break
        parts += part
    return bytes(parts)


def check_fanout(server):
    connections = [server.connect() for _ in range(4)]
    for c in connections:  # the server knows each of them when what it has sent has come to another
        while True:
            c.sendall(b"?")
            others = [o for o in connections if o is not c]
            for o in others:
                o.settimeout(0.3)
            try:
                if all(o.recv(100) for o in others):
                    break
            except TimeoutError:
                continue
    for c in connections:
        c.settimeout(0.3)
        try:
            while c.recv(1000):
                pass
        except TimeoutError:
            c.settimeout(10)
    first, *others = connections
    message = b"".join(b"%07d " % i for i in range(32768))  # 256 KiB
    sender = threading.Thread(target=first.sendall, args=(message,))
    sender.start()
    found = {}
    readers = [threading.Thread(target=lambda i=i, o=o: found.update({i: read(o, len(message))})) for i, o in enumerate(others)]
    for r in readers:
        r.start()
    for r in [sender, *readers]:
        r.join()
    for i in range(3):
        same("fan-out", message, found[i])
    first.settimeout(0.3)
    try:
        same("to the sender", None, first.recv(10))
    except TimeoutError:
        pass
    others[0].close()
    others[1].sendall(b"after one has left")
    same("fan-out", b"after one has left", others[2].recv(100))
    for c in connections:
        c.close()


def check_udp(server):
    host, port = server.address.rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as t:
        for c in (s, t):
            c.connect((host, int(port)))
            c.settimeout(10)
        for burst in (1, 32):
            for size in (1, 64, 1400):
                sent = sorted(b"%04d" % i + b"." * (size - 4) if size > 4 else b"%d" % (i % 10) for i in range(burst))
                for c in (s, t):
                    for d in sent:
                        c.send(d)
                for c in (s, t):
                    same(f"UDP {size}", sent, sorted(c.recv(2000) for _ in sent))


def check(name, folder, json):
    files = {"/files/1k.bin": os.urandom(1 << 10), "/files/100k.bin": os.urandom(100 << 10), "/files/10m.bin": os.urandom(10 << 20)}
    for path, octets in files.items():
        with open(f"{folder}/{os.path.basename(path)}", "wb") as f:
            f.write(octets)
    udp = name.split("-")[-1] == "udp" or "-udp-" in name
    addresses = [] if name in UNIX_ONLY else [f"127.0.0.1:{free_port(socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)}"]
    if name in UNIX_ONLY | BOTH:
        addresses.append(f"unix:{folder}/{name}.sock")
    for address in addresses:
        properties = ("-Dbench.routes=1000", "-Dbench.timers=1000", "-Dbench.loops=2") if name == "edgewise-http" else ()
        with Server(name, address, folder, *properties) as server:
            if udp:
                check_udp(server)
            elif name.endswith("-http"):
                check_http(server, files, json)
                if properties:
                    check_http(server, {"/routes/0/a": PLAINTEXT, "/routes/999/b": PLAINTEXT}, json)
                check_unkept(server)
            elif name.endswith("-fanout"):
                check_fanout(server)
            else:
                check_echo(server)
            if server.said():
                raise Wrong("says on its standard error: " + server.said())


def main():
    usage = subprocess.run(COMMAND, capture_output=True, text=True).stderr
    names = usage[usage.index("[") + 1:usage.index("]")].split(", ")
    text = b'{"message":"'
    while len(text) < 1022:
        text += b"%c" % (ord("a") + len(text) % 26)
    failed = []
    for name in A.names or names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(name, folder, text + b'"}')
                print(f"{name}: right", flush=True)
            except (Wrong, OSError) as e:
                failed.append(name)
                print(f"{name}: WRONG: {type(e).__name__} {e}", flush=True)
    sys.exit(1 if failed else 0)


main()
