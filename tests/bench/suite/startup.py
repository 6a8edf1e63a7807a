"""From fork to the first response, with and without an AOT cache (JEP 483, 514, 515)."""
import json, os, statistics
from . import loads, machine, workloads
from .servers import Server, free_port, nginx

NAMES = ["edgewise", "netty-epoll", "netty-nio", "nio", "jdk", "vertx", "helidon", "undertow", "jetty"]
CACHED = ["edgewise", "netty-epoll"]


def make_cache(suite, name):
    """A training run under load; the JVM writes the cache when it ends."""
    cache = f"{suite.work}/{name}.aot"
    server = Server(suite, name, "http", java=[f"-XX:AOTCacheOutput={cache}"])
    workloads.http("/plaintext")(suite, server, 1)
    server.process.stdin.close()
    server.process.wait(120)
    server.errors.close()
    if not os.path.exists(cache):
        raise RuntimeError(f"no AOT cache of {name}")
    return cache


def commands(suite, caches):
    """What is started, by name; PORT is replaced."""
    main = lambda name, *java: [*suite.java(*java), "edgewise.bench.Main", f"{name}-http", "127.0.0.1:PORT", suite.files]
    found = {name: main(name) for name in NAMES}
    for name, cache in caches.items():
        found[f"{name} with AOT cache"] = main(name, f"-XX:AOTCache={cache}")
    found["edgewise serve"] = [f"{machine.TOP}/edgewise", "serve", suite.files, "--listen", "127.0.0.1:PORT"]
    return found


def first(suite, command, path):
    port = str(free_port())
    command = [word.replace("PORT", port) for word in command]
    start = ["--request", workloads.request(suite, path), "--", "taskset", "-c", machine.SERVER_CPU, *command]
    return json.loads(loads.run([f"{suite.work}/load", "first", f"127.0.0.1:{port}", *start], 60))["milliseconds"]


def measure(suite, options):
    """Milliseconds: {name: [median, least, most]}."""
    caches = {name: make_cache(suite, name) for name in CACHED}
    started = commands(suite, caches)
    seen = {name: [] for name in started}
    for turn in range(options.rounds + 1):  # the first fills the page cache
        for name, command in started.items():
            took = first(suite, command, "/1k" if name == "edgewise serve" else "/plaintext")
            if turn:
                seen[name].append(took)
    suite.say("startup: done")
    return {name: [statistics.median(v), min(v), max(v)] for name, v in seen.items()}
