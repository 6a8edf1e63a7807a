"""Rounds that take turns, A B C A B C, so that what the machine does meanwhile meets all alike."""
import contextlib, math, os, statistics, sys, threading, time
from . import loads, machine, workloads

WARM_UP, WARM_UP_FIRST = 1, 3  # seconds: each workload, and the first of a JVM
WARM_UPS = 6  # at most, of a JVM that goes on to become faster
HELD = 1500  # us without the processor, of the generator, that make a run of latencies void


class Rounds:
    """All runs of one workload: one dict per contestant and round."""

    def __init__(self, workload):
        self.workload = workload
        self.runs = {name: [] for name in workload.contestants}
        self.overloaded = []  # cannot carry the rate of an open loop: has no latencies

    def values(self, name, what):
        return [run[what] for run in self.runs[name] if what in run]

    def median(self, name, what):
        values = self.values(name, what)
        return statistics.median(values) if values else None

    def ratio(self, name, to, what):
        """The median of the ratios within each round."""
        if to not in self.runs or not self.values(to, what):
            return None
        ratios = [a / b for a, b in zip(self.values(name, what), self.values(to, what)) if b]
        return statistics.median(ratios) if ratios else None


def limit_options(workload, suite):
    """Of the C server; for a POST it is told how long a request is."""
    if workload.limit[:1] == ["post"]:
        request = workloads.request(suite, "/upload", body=workload.limit[1])
        return ["--request-bytes", os.path.getsize(request)]
    return workload.limit


class Allocation(threading.Thread):
    """Asks a JVM during a run, in its middle, when all connections are open: octets per second."""

    def __init__(self, server, seconds):
        super().__init__(daemon=True)
        self.server, self.seconds, self.rate = server, seconds, 0
        self.start()

    def run(self):
        samples = []
        with contextlib.suppress(ValueError, OSError):  # it is gone: the run tells
            for _ in range(2):
                time.sleep(self.seconds * 0.35)
                samples.append((time.monotonic(), self.server.ask("allocated")))
            (start, before), (end, after) = samples
            self.rate = (after - before) / (end - start)


def once(suite, workload, server, seconds):
    """One run, a second time if it was disturbed: the network lost something, which is 200 ms of nothing; the server
    stood still; or, where latencies are the point, the host did not let the generator run for a while."""
    with server.alone(), workload.beside(suite, server):
        with contextlib.suppress(loads.NoAnswer, loads.Overloaded):
            result = attempt(suite, workload, server, seconds)
            if not is_disturbed(workload, result):
                return result
        return attempt(suite, workload, server, seconds)


def is_disturbed(workload, result):
    return result["dropped"] > 0 or result["resent"] > 2 or (workload.latency and result["held"] > HELD)


def attempt(suite, workload, server, seconds):
    before, cpu = machine.disturbances(), server.cpu()
    # Where latencies are the point nothing is asked: the answer would be one.
    allocation = Allocation(server, seconds) if server.is_java and not workload.latency else None
    try:
        result = workload.run(suite, server, seconds)
        spent, after = server.cpu() - cpu, machine.disturbances()
    finally:
        if allocation:
            allocation.join()
    result["cpu"] = spent / result["requests"] * 1e6
    result["rate"] = result["requests"] / result["seconds"]
    if allocation:
        result["allocated"] = allocation.rate / result["rate"]
    result["resident"] = server.resident_mib()
    return dict(result, **{name: after[name] - before[name] for name in after})


def warm(suite, workload, server, seconds):
    """Until a JVM's cost falls no more: what a workload needs for the first time is compiled in its first seconds."""
    before = math.inf
    for _ in range(WARM_UPS if server.is_java else 1):
        start = server.cpu()
        requests = (workload.warm_up or workload.run)(suite, server, seconds)["requests"]
        cost = (server.cpu() - start) / requests
        if cost > 0.9 * before:
            break
        before = cost
    server.allocated()  # the first question loads classes


def measure(suite, workload, rounds, seconds):
    started = time.time()
    measured = Rounds(workload)
    servers = {}
    for name in list(workload.contestants):
        try:
            servers[name] = suite.server(name, workload)
            first = servers[name].is_java and not getattr(servers[name], "warm", False)
            warm_up = min(WARM_UP_FIRST if first else WARM_UP, 3 * seconds)
            with servers[name].alone(), workload.beside(suite, servers[name]):
                warm(suite, workload, servers[name], warm_up)
            servers[name].warm = True
        except Exception as e:  # one that cannot is left out, and said so
            failed(measured, servers, name, e)
    for _ in range(rounds):
        for name in list(servers):
            try:
                measured.runs[name].append(once(suite, workload, servers[name], seconds))
            except loads.Overloaded:
                overloaded(measured, servers, name)
            except Exception as e:
                failed(measured, servers, name, e)
    suite.say(f"{workload.name}: {time.time() - started:.0f} s")
    return measured


left_out = []  # for the exit status


def overloaded(measured, servers, name):
    measured.overloaded.append(name)
    del servers[name], measured.runs[name]


def failed(measured, servers, name, why):
    left_out.append(f"{measured.workload.name}: {name}")
    print(f"  {measured.workload.name}: {name} is left out: {str(why).strip()[:300]}", file=sys.stderr)
    servers.pop(name, None)
    del measured.runs[name]
