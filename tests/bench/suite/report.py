"""What was measured as one structure (the JSON), as tables, and against the goals."""
import math

LATENCIES = ("p50", "p99", "p999")
OURS, C, NETTY = "edgewise", "C", "netty-epoll"


def collect(rounds, facts, options):
    """The medians of all rounds, least and most of the CPU time, ratios within rounds, and every single run."""
    tables = {}
    for name, measured in rounds.items():
        rows = {}
        for who in measured.runs:
            if not measured.runs[who]:
                continue
            cpu = measured.values(who, "cpu")
            row = {what: measured.median(who, what)
                   for what in ("cpu", "rate", "allocated", "resident", "stolen") + LATENCIES if measured.values(who, what)}
            row |= {"least": min(cpu), "most": max(cpu), "runs": measured.runs[who]}
            for what in ("cpu", "p50", "p999"):
                for to in (C, NETTY, "nginx"):
                    ratio = measured.ratio(who, to, what) if measured.values(who, what) else None
                    if ratio is not None:
                        row[f"{what}/{to}"] = ratio
            rows[who] = row
        w = measured.workload
        tables[name] = {"title": w.title, "unit": w.unit, "latency": w.latency, "rows": rows,
                        "overloaded": measured.overloaded}
    return {"machine": facts, "rounds": options.rounds, "seconds": options.seconds, "workloads": tables}


# --- the goals

def ratio_goal(workload, what, to, most):
    unit = {"cpu": "CPU", "p999": "p99.9", "p50": "round trip"}[what]
    return (f"{workload}: {unit} against {to}", most,
            lambda r, who=OURS: r["workloads"][workload]["rows"][who][f"{what}/{to}"], "")


def ahead_goal(workload, of):
    def value(r):
        rows = r["workloads"][workload]["rows"]
        return rows[OURS]["cpu"] / min(rows[peer]["cpu"] for peer in of)
    return (f"{workload}: CPU against the best of {', '.join(of)}", 1.0, value, "")


def allocation_goal(workload):
    # What the control connection allocates when it is asked is in it: some hundred octets a run.
    return (f"{workload}: octets allocated per {'round trip' if 'echo' in workload else 'request'}", 0.1,
            lambda r: r["workloads"][workload]["rows"][OURS]["allocated"], "")


GOALS = [
    ratio_goal("echo-64-64", "cpu", C, 1.08), ratio_goal("echo-64-64", "cpu", NETTY, 0.85),
    ratio_goal("plaintext-1", "cpu", C, 1.08), ratio_goal("plaintext-1", "cpu", NETTY, 0.88),
    ratio_goal("plaintext-16", "cpu", C, 1.35), ratio_goal("plaintext-16", "cpu", NETTY, 0.53),
    ratio_goal("headers-12", "cpu", C, 1.20), ratio_goal("headers-12", "cpu", NETTY, 0.80),
    ratio_goal("file-100k", "cpu", "nginx", 1.0), ratio_goal("file-100k", "cpu", NETTY, 0.95),
    ratio_goal("unix-ping", "cpu", C, 1.08), ahead_goal("unix-ping", ["jnr", "junixsocket", "nio"]),
    ("unix-busy: round trip of a loop that polls busily against C that sleeps", 0.5,
     lambda r: r["workloads"]["unix-busy"]["rows"]["edgewise-busy"]["p50/C"], ""),
    ratio_goal("echo-latency", "p999", C, 1.5), ratio_goal("echo-latency", "p999", NETTY, 0.8),
    ratio_goal("plaintext-latency", "p999", C, 1.5), ratio_goal("plaintext-latency", "p999", NETTY, 0.8),
    allocation_goal("echo-64-64"), allocation_goal("plaintext-1"),
    ("memory: bytes per idle raw connection", 600, lambda r: r["memory"]["echo"][OURS][0], " B"),
    ("memory: idle raw connection against netty-epoll", 0.2,
     lambda r: r["memory"]["echo"][OURS][0] / r["memory"]["echo"][NETTY][0], ""),
    ("memory: bytes per idle HTTP connection", 1024, lambda r: r["memory"]["http"][OURS][0], " B"),
    ("memory: idle HTTP connection against netty-epoll", 0.2,
     lambda r: r["memory"]["http"][OURS][0] / r["memory"]["http"][NETTY][0], ""),
    ("startup: first response with the AOT cache", 250, lambda r: r["startup"]["edgewise with AOT cache"][0], " ms"),
    ("startup: edgewise serve, with the cache of the build", 250, lambda r: r["startup"]["edgewise serve"][0], " ms"),
    ("startup: with the AOT cache against netty-epoll without one", 0.4,
     lambda r: r["startup"]["edgewise with AOT cache"][0] / r["startup"][NETTY][0], ""),
    ("startup: both with an AOT cache, against netty-epoll", 1.0,
     lambda r: r["startup"]["edgewise with AOT cache"][0] / r["startup"][f"{NETTY} with AOT cache"][0], ""),
]


def goals(result):
    """(label, at most, measured) of those for which everything was measured."""
    for label, most, value, unit in GOALS:
        try:
            yield label, most, value(result), unit
        except (KeyError, ValueError):
            workload = result["workloads"].get(label.split(":")[0], {})
            if OURS in workload.get("overloaded", []):
                yield label, most, math.inf, unit


# --- tables

def text(value, digits=2):
    return "" if value is None else f"{value:,.{digits}f}"


def print_table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())


def print_workload(name, table):
    if not table["rows"]:
        return
    print(f"\n{name}: {table['title']} (per {table['unit']})")
    rows = table["rows"]
    order = sorted(rows, key=lambda who: rows[who]["p999" if table["latency"] else "cpu"])
    if table["latency"]:
        print_table(["", "p50 us", "p99 us", "p99.9 us", "p50 / C", "p99.9 / C", "/ Netty", "CPU us"], [
            [who, *(text(rows[who].get(p), 1) for p in LATENCIES), text(rows[who].get(f"p50/{C}")),
             text(rows[who].get(f"p999/{C}")), text(rows[who].get(f"p999/{NETTY}")), text(rows[who]["cpu"])]
            for who in order])
        if table.get("overloaded"):
            print(f"  cannot carry that rate: {', '.join(table['overloaded'])}")
        return
    reference = C if C in rows else "nginx"
    print_table(["", "CPU us", "least", "most", f"/ {reference}", "/ Netty", "per second", "B allocated", "MiB resident"], [
        [who, text(rows[who]["cpu"]), text(rows[who]["least"]), text(rows[who]["most"]),
         text(rows[who].get(f"cpu/{reference}")), text(rows[who].get(f"cpu/{NETTY}")), text(rows[who]["rate"], 0),
         text(rows[who].get("allocated"), 1), text(rows[who]["resident"], 0)] for who in order])


def print_sorted(title, values, digits):
    print(f"\n{title}")
    print_table(["", "median", "least", "most"], [
        [who, *(text(v, digits) for v in values[who])] for who in sorted(values, key=lambda w: values[w][0])])


def print_growth(growth):
    for what, series in growth.items():
        print(f"\ngrowth: CPU us per request by the number of {what}")
        sizes = list(next(iter(series.values())))
        print_table(["", *(f"{int(size):,}" for size in sizes)],
                    [[name, *(text(values[size]) for size in sizes)] for name, values in series.items()])


def print_tables(result):
    m = result["machine"]
    print(f"{m['cpu']}; Linux {m['kernel']}; JDK {m['jdk']}; nginx {m['nginx']}; {m['date']}; commit {m['commit']}")
    if m.get("given", 100) < 95:
        print(f"THE HOST IS BUSY: a process that only spins gets {m['given']} % of a processor. Latencies mean nothing.")
    print(f"medians of {result['rounds']} rounds of {result['seconds']:g} s that took turns; ratios within rounds")
    for name, table in result["workloads"].items():
        print_workload(name, table)
    for mode, values in result.get("memory", {}).items():
        print_sorted(f"memory: bytes of user memory per idle connection, {mode}", values, 0)
    if "startup" in result:
        print_sorted("startup: milliseconds from fork to the first response", result["startup"], 0)
    if "growth" in result:
        print_growth(result["growth"])
    reached = list(goals(result))
    if reached:
        print("\ngoals")
        print_table(["", "measured", "at most", ""], [
            [label, text(value) + unit, text(most) + unit, "met" if value <= most else "NOT MET"]
            for label, most, value, unit in reached])
