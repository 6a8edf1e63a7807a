"""User memory per idle connection: heap in use and everything outside of it, by the slope between two numbers of
connections, so that what a server needs anyway is not counted. Of a JVM: live objects
and what native memory tracking counts as memory of the program, without compilers, collector and classes."""
import statistics
from . import workloads
from .servers import Server

ECHO = ["C", "edgewise", "netty-epoll", "netty-nio", "nio", "vertx"]
HTTP = ["C", "edgewise", "netty-epoll", "netty-nio", "nio", "jdk", "vertx", "helidon", "undertow", "jetty", "nginx"]


def one(suite, name, mode, few, many):
    server = Server(suite, name, mode, java=["-XX:NativeMemoryTracking=summary"])
    try:
        if mode == "http":
            file = workloads.request(suite, "/plaintext")
            how = ["--request", file, "--response-bytes", workloads.response_bytes(server, file)]
        else:
            how = ["--message", 64]
        with suite.holding(server, few, *how):
            before = server.user_bytes()
        with suite.holding(server, few, *how), suite.holding(server, many - few, *how):
            return (server.user_bytes() - before) / (many - few)
    finally:
        server.stop()


def measure(suite, options):
    """Bytes per connection: {mode: {name: [median, least, most]}}."""
    few, many = (100, 500) if options.quick else (1000, 10_000)
    result = {}
    for mode, names in (("echo", ECHO), ("http", HTTP)):
        seen = {name: [] for name in names if not options.servers or name in options.servers.split(",")}
        for _ in range(min(3, options.rounds)):
            for name in list(seen):
                try:
                    seen[name].append(one(suite, name, mode, few, many))
                except Exception as e:
                    suite.say(f"  memory: {name} is left out: {e}")
                    del seen[name]
        result[mode] = {name: [statistics.median(v), min(v), max(v)] for name, v in seen.items()}
    suite.say("memory: done")
    return result
