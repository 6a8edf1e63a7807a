#!/usr/bin/env python3
"""Checks the two C programs of the benchmarks: each mode, with the sanitizers, against each other and against sockets
that behave badly. Takes about a minute; prints the name of each law that holds.

    check.py [--plain]      without the sanitizers
"""
import glob, json, os, random, socket, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORY = tempfile.TemporaryDirectory(prefix="bench-c-")
WORK = DIRECTORY.name
SANITIZE = [] if "--plain" in sys.argv else ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def build():
    for program in "limit", "load":
        sources = sorted(glob.glob(f"{HERE}/{program}*.c"))
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", *SANITIZE, "-o", f"{WORK}/{program}", *sources], check=True)


def file(name, octets):
    path = f"{WORK}/{name}"
    with open(path, "wb") as f:
        f.write(octets)
    return path


class Limit:
    """The server, at a free port or a path, as long as a with block."""

    def __init__(self, mode, *options, unix=False):
        self.port = None if unix else free_port()
        self.address = f"unix:{WORK}/socket" if unix else f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen([f"{WORK}/limit", mode, self.address, "--until-eof", *map(str, options)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n"

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(20)
        return s

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(5) == 0, "the server ends with its standard input, and nothing was wrong in it"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def load(*arguments, stdin=None):
    return subprocess.run([f"{WORK}/load", *map(str, arguments)], capture_output=True, text=True, input=stdin, timeout=60)


def result(*arguments):
    done = load(*arguments)
    assert done.returncode == 0, done
    answer = json.loads(done.stdout)
    assert answer["requests"] > 0 and answer["errors"] == 0, answer
    return answer


def refused(message, *arguments):
    done = load(*arguments)
    assert done.returncode == 1 and message in done.stderr, done


def all_of(s, size):
    octets = bytearray()
    while len(octets) < size:
        more = s.recv(min(65536, size - len(octets)))
        assert more, f"the end came after {len(octets)} of {size} octets"
        octets += more
    return bytes(octets)


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- the laws ----

def the_histogram_is_right_to_one_percent():
    assert subprocess.run([f"{WORK}/load", "selftest"], stdout=subprocess.DEVNULL).returncode == 0


def echo_brings_back_messages_of_every_size():
    for unix in False, True:
        with Limit("echo", unix=unix) as s:
            for size in 1, 64, 4097, 65536, 1 << 20:
                got = result("echo", s.address, "--message", size, "--connections", 3, "--seconds", 0.3)
                assert got["bytes"] == got["sent"] == got["requests"] * size
            result("echo", s.address, "--message", 64, "--depth", 16, "--seconds", 0.3)
            result("echo", s.address, "--message", 1 << 20, "--depth", 4, "--seconds", 0.3)
            result("echo", s.address, "--message", 64, "--rate", 2000, "--connections", 7, "--seconds", 0.3)


def http_answers_at_each_depth_and_size():
    get, post = file("get", GET), file("post", bytes(10 << 20))
    for body in 13, 0, 10 << 20:
        with Limit("http", "--body", body) as s:
            size = response_size(s, GET)
            for depth in 1, 16:
                result("http", s.address, "--request", get, "--response-bytes", size, "--depth", depth, "--seconds", 0.3)
            refused("does not begin with", "http", s.address, "--request", get, "--response-bytes", size - 1, "--depth", 2)
            refused("", "http", s.address, "--request", get, "--response-bytes", size + 1, "--seconds", 0.1)
    with Limit("http", "--request-bytes", 10 << 20) as s:
        size = response_size(s, bytes(10 << 20))
        result("http", s.address, "--request", post, "--response-bytes", size, "--connections", 2, "--depth", 2)
    with Limit("http", unix=True) as s:
        result("http", s.address, "--request", get, "--response-bytes", 115, "--rate", 1000)


def response_size(server, request):
    with server.connect() as s:
        s.sendall(request)
        octets = b""
        while b"\r\n\r\n" not in octets:
            octets += s.recv(65536)
        head = octets.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        return len(head) + int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])


def a_connection_for_each_request():
    for unix in False, True:
        with Limit("http", "--close", unix=unix) as s:
            size, request = 115 + len("Connection: close\r\n"), file("close", CLOSE)
            options = "--request", request, "--response-bytes", size, "--connect", "--connections", 8
            result("http", s.address, *options)
            result("http", s.address, *options, "--rate", 500, "--source-addresses", 3)
    with Limit("http") as s:
        result("http", s.address, "--request", file("get", GET), "--response-bytes", 115, "--connect", "--seconds", 0.2)


def the_end_of_a_header_is_found_at_every_split():
    requests = GET + b"GET /\r\n\r\r\n\r\n" + GET * 3
    with Limit("http") as server:
        size = response_size(server, GET)
        for cut in range(1, len(requests)):
            with server.connect() as s:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                s.sendall(requests[:cut])
                time.sleep(0.0005)
                s.sendall(requests[cut:])
                s.shutdown(socket.SHUT_WR)
                octets = all_of(s, 5 * size)
                assert octets.count(b"HTTP/1.1 200 OK\r\n") == 5 and s.recv(1) == b""
        with server.connect() as s:
            for octet in GET:
                s.sendall(bytes([octet]))
            all_of(s, size)


def a_slow_reader_loses_nothing_and_nobody_spins():
    with Limit("echo") as server:
        message = random.Random(1).randbytes(24 << 20)
        check_slow_reader(server, message, message)
    with Limit("http", "--body", 1000) as server:
        size = response_size(server, GET)
        with server.connect() as s:
            s.sendall(GET)
            response = all_of(s, size)
        check_slow_reader(server, GET * 20000, response * 20000)


def check_slow_reader(server, request, answer):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(20)
        s.connect(("127.0.0.1", server.port))
        writer = threading.Thread(target=lambda: (s.sendall(request), s.shutdown(socket.SHUT_WR)))
        writer.start()
        time.sleep(0.3)
        before = processor_seconds(server.process.pid)
        time.sleep(1)
        assert processor_seconds(server.process.pid) - before < 0.2, "spins while the reader rests"
        for at in range(0, 50):
            assert all_of(s, 1000) == answer[at * 1000:at * 1000 + 1000]
            time.sleep(0.005)
        assert all_of(s, len(answer) - 50000) == answer[50000:]
        writer.join()
        assert s.recv(1) == b""


def what_one_sends_goes_to_all_others():
    with Limit("fanout") as server:
        for size, connections in (1, 3), (64, 500), (3000000, 5):
            got = result("fanout", server.address, "--message", size, "--connections", connections, "--seconds", 0.5)
            assert got["requests"] % connections == 0 and got["bytes"] == got["requests"] * size
            time.sleep(0.2)  # until the server has seen them leave
        slow, quick, sender = server.connect(), server.connect(), server.connect()
        time.sleep(0.1)
        message = random.Random(2).randbytes(16 << 20)
        threading.Thread(target=sender.sendall, args=(message,)).start()
        taken = []
        reader = threading.Thread(target=lambda: taken.append(all_of(quick, len(message))))
        reader.start()
        time.sleep(0.5)
        assert all_of(slow, len(message)) == message
        reader.join()
        assert taken == [message]
        for s in slow, quick, sender:
            s.close()


def datagrams_come_back():
    for mode in "udp", "udp-batch":
        with Limit(mode) as s:
            for size, burst in (4, 1), (64, 32), (1400, 60), (65507, 1):
                result("udp", s.address, "--message", size, "--burst", burst, "--connections", 2, "--seconds", 0.2)
    refused("Connection refused", "udp", f"127.0.0.1:{free_port()}", "--message", 8)


def connections_are_held():
    with Limit("echo") as s:
        held = load("hold", s.address, "--connections", 500, "--message", 100, stdin="")
        assert held.returncode == 0 and held.stdout == "ready\n", held
    with Limit("http") as s:
        options = "--connections", 500, "--request", file("get", GET), "--response-bytes", 115, "--source-addresses", 2
        held = load("hold", s.address, *options, stdin="")
        assert held.returncode == 0 and held.stdout == "ready\n", held


def the_first_response_is_timed():
    get, port = file("get", GET), free_port()
    command = [f"{WORK}/limit", "http", f"127.0.0.1:{port}"]
    done = load("first", f"127.0.0.1:{port}", "--request", get, "--", "sh", "-c", "sleep 0.2; exec " + " ".join(command))
    assert done.returncode == 0 and 200 < json.loads(done.stdout)["milliseconds"] < 2000, done
    refused("Connection refused", "echo", f"127.0.0.1:{port}", "--message", 1)  # the command was ended
    refused("ended before", "first", f"127.0.0.1:{port}", "--request", get, "--", "false")
    with Limit("http") as s:
        assert load("first", s.address, "--request", get).returncode == 0


def what_is_wrong_is_an_error():
    refused("Connection refused", "echo", f"127.0.0.1:{free_port()}", "--message", 1)
    with Limit("echo") as s:
        refused("does not begin with", "http", s.address, "--request", file("get", GET), "--response-bytes", len(GET))
    with answering(lambda octets: octets[:-1] + b"?") as address:
        refused("wrong octets", "echo", address, "--message", 64)
    with answering(lambda octets: octets + b"?") as address:
        refused("octets", "echo", address, "--message", 64)
    with answering(lambda octets: octets[:-1]) as address:
        refused("no whole answer", "echo", address, "--message", 64, "--seconds", 0.1)
    with answering(lambda octets: None) as address:
        refused("closed connection 0", "echo", address, "--message", 64)
    for rate in [], ["--rate", 1000]:
        server = Limit("echo")
        threading.Timer(0.3, server.process.kill).start()
        done = load("echo", server.address, "--message", 64, "--connections", 4, "--seconds", 2, *rate)
        assert done.returncode == 1 and done.stderr and not done.stdout, done
        server.process.wait()


class answering:
    """A server of one connection that answers each read with a function of it; None closes."""

    def __init__(self, answer):
        self.answer, self.listener = answer, socket.create_server(("127.0.0.1", 0))

    def serve(self):
        connection, _ = self.listener.accept()
        with connection:
            try:
                while octets := connection.recv(65536):
                    if (answer := self.answer(octets)) is None:
                        return
                    connection.sendall(answer)
            except ConnectionError:
                pass

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return "127.0.0.1:%d" % self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()


def a_late_answer_is_late_from_when_it_was_due():
    """A server that rests 300 ms delays all that were due meanwhile: half of a second's requests by 150 ms or so."""
    began = time.monotonic()

    def rest(octets):
        if 0.3 < time.monotonic() - began < 0.4:
            time.sleep(0.3)
        return octets

    with answering(rest) as address:
        began = time.monotonic()
        got = result("echo", address, "--message", 64, "--rate", 1000, "--seconds", 1)
        assert got["requests"] == 1000 and got["p50"] < 100000 and got["p90"] > 150000 and got["max"] > 290000, got


LAWS = [
    the_histogram_is_right_to_one_percent,
    echo_brings_back_messages_of_every_size,
    http_answers_at_each_depth_and_size,
    a_connection_for_each_request,
    the_end_of_a_header_is_found_at_every_split,
    a_slow_reader_loses_nothing_and_nobody_spins,
    what_one_sends_goes_to_all_others,
    datagrams_come_back,
    connections_are_held,
    the_first_response_is_timed,
    what_is_wrong_is_an_error,
    a_late_answer_is_late_from_when_it_was_due,
]


def main():
    build()
    for law in LAWS:
        law()
        print(law.__name__.replace("_", " "))


main()
