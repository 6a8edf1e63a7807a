"""Rounds that take turns, A B C A B C, so that what the machine does meanwhile meets all alike."""
import os, statistics, sys, time
from . import machine, workloads

WARM_UP, WARM_UP_FIRST = 1, 3  # seconds: each workload, and the first of a JVM


class Rounds:
    """All runs of one workload: one dict per contestant and round."""

    def __init__(self, workload):
        self.workload = workload
        self.runs = {name: [] for name in workload.contestants}

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


def once(suite, workload, server, seconds):
    """One run, again if the network lost something meanwhile: that is 200 ms of nothing, and not the server's."""
    for _ in range(3):
        before, cpu, heap = machine.disturbances(), server.cpu(), server.allocated()
        result = workload.run(suite, server, seconds)
        spent, allocated = server.cpu() - cpu, server.allocated() - heap
        after = machine.disturbances()
        noise = {name: after[name] - before[name] for name in after}
        if noise["dropped"] == 0 and noise["resent"] <= 2:
            break
    result["cpu"] = spent / result["requests"] * 1e6
    result["rate"] = result["requests"] / result["seconds"]
    if server.is_java:
        result["allocated"] = allocated / result["requests"]
    result["resident"] = server.resident_mib()
    return dict(result, **noise)


def measure(suite, workload, rounds, seconds):
    started = time.time()
    measured = Rounds(workload)
    servers = {}
    for name in list(workload.contestants):
        try:
            servers[name] = suite.server(name, workload)
            first = servers[name].is_java and not getattr(servers[name], "warm", False)
            warm_up = min(WARM_UP_FIRST if first else WARM_UP, 3 * seconds)
            (workload.warm_up or workload.run)(suite, servers[name], warm_up)
            servers[name].warm = True
        except Exception as e:  # one that cannot is left out, and said so
            failed(measured, servers, name, e)
    for _ in range(rounds):
        for name in list(servers):
            try:
                measured.runs[name].append(once(suite, workload, servers[name], seconds))
            except Exception as e:
                failed(measured, servers, name, e)
    suite.say(f"{workload.name}: {time.time() - started:.0f} s")
    return measured


left_out = []  # for the exit status


def failed(measured, servers, name, why):
    left_out.append(f"{measured.workload.name}: {name}")
    print(f"  {measured.workload.name}: {name} is left out: {str(why).strip()[:300]}", file=sys.stderr)
    servers.pop(name, None)
    del measured.runs[name]
