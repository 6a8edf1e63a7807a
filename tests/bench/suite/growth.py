"""How cost grows: CPU per request by the number of connections, loops (on one processor), timers and routes."""
from . import measure as measuring
from . import workloads
from .servers import Server


class Series:
    """Servers that differ in one number, under the same load, in turns. `runs` has one Rounds per series of the chart."""

    def __init__(self, suite, options, sizes):
        self.suite, self.options, self.sizes = suite, options, sizes

    def measure(self, names, server, load):
        """{name: {size: CPU microseconds per request}}; server(name, size) and load(size) make what they say."""
        result = {name: {} for name in names}
        for size in self.sizes:
            workload = workloads.Workload(f"growth {size}", "", "http", list(names), load(size))
            running = {name: server(name, size) for name in names}
            try:
                rounds = measuring.Rounds(workload)
                for name in names:
                    with running[name].alone():
                        workload.run(self.suite, running[name], min(3, 3 * self.options.seconds))
                for _ in range(self.options.rounds):
                    for name in names:
                        rounds.runs[name].append(
                            measuring.once(self.suite, workload, running[name], self.options.seconds))
                for name in names:
                    result[name][size] = rounds.median(name, "cpu")
            finally:
                for s in running.values():
                    s.stop()
        return result


def measure(suite, options):
    sizes = lambda *all_sizes: all_sizes[:2] if options.quick else all_sizes
    plain = lambda connections: workloads.http("/plaintext", connections=connections)
    edgewise = lambda name, *java: Server(suite, name, "http", java=java)
    result = {}
    result["connections"] = Series(suite, options, sizes(10, 100, 1000, 10_000)).measure(
        ["C", "edgewise", "netty-epoll"], lambda name, n: edgewise(name), plain)
    result["loops"] = Series(suite, options, (1, 2)).measure(
        ["edgewise"], lambda name, n: edgewise(name, f"-Dbench.loops={n}"), lambda n: plain(64))
    result["timers"] = Series(suite, options, sizes(10, 100, 1000, 10_000, 100_000)).measure(
        ["edgewise"], lambda name, n: edgewise(name, f"-Dbench.timers={n}"), lambda n: plain(64))
    result["routes"] = Series(suite, options, sizes(10, 100, 1000, 10_000)).measure(
        ["edgewise"], lambda name, n: edgewise(name, f"-Dbench.routes={n}"),
        lambda n: workloads.http(f"/routes/{n // 2}/x"))
    suite.say("growth: done")
    return result
