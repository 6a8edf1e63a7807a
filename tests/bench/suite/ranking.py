"""Whether two runs rank the contestants alike."""
from itertools import combinations
from . import report

NOISE = 0.10  # contestants that are nearer than this are level: which one is first is no ranking


def order(table):
    """What a workload is ranked by, of each contestant: CPU time per request, or the median latency. The p99.9 of a second
    is what the host did in it: two runs agree on it by chance."""
    what = "p50" if table["latency"] else "cpu"
    return {who: row[what] for who, row in table["rows"].items()}


def pairs(first, second):
    """(pairs of contestants in both, those in another order, those of them that were apart by more than noise in both)."""
    both = sorted(set(first) & set(second))
    swapped, apart = [], []
    for a, b in combinations(both, 2):
        ahead, now = first[a] / first[b], second[a] / second[b]
        if (ahead - 1) * (now - 1) < 0:
            swapped.append((a, b))
            if min(abs(ahead - 1), abs(now - 1)) > NOISE:
                apart.append((a, b))
    return len(both) * (len(both) - 1) // 2, swapped, apart


def print_comparison(first, second):
    print(f"ranking: {first['machine']['date']}, {first['machine']['commit']}, and {second['machine']['date']}, {second['machine']['commit']}")
    print("of each workload: pairs of contestants, pairs in the same order, and those in another one although they were more")
    print(f"than {NOISE:.0%} apart in both runs")
    rows, total, same, real = [], 0, 0, 0
    for name, table in first["workloads"].items():
        if name not in second["workloads"]:
            continue
        count, swapped, apart = pairs(order(table), order(second["workloads"][name]))
        rows.append([name, str(count), str(count - len(swapped)), ", ".join(f"{a}/{b}" for a, b in apart)])
        total, same, real = total + count, same + count - len(swapped), real + len(apart)
    report.print_table(["", "pairs", "same", "apart"], rows)
    print(f"  {same} of {total} pairs are in the same order; {real} changed it by more than noise")
