"""Charts as SVG, by hand: bars of CPU time per request against C, and lines of how cost grows."""
import html, math, os

FONT = "font-family='system-ui, sans-serif'"
COLOURS = {"edgewise": "#c2410c", "C": "#111827", "netty-epoll": "#2563eb"}
OTHER = "#9ca3af"
SHOWN = ["echo-64-64", "plaintext-1", "plaintext-16", "headers-12", "json", "file-100k", "post-16k", "unix-ping"]


def svg(width, height, parts):
    style = ("<style>text{fill:#111827}.note{fill:#4b5563}.bg{fill:#ffffff}.axis{stroke:#9ca3af}.C{fill:#111827}"
             "@media (prefers-color-scheme: dark){text{fill:#e5e7eb}.note{fill:#9ca3af}.bg{fill:#0d1117}.C{fill:#e5e7eb}}"
             "</style>")
    return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' {FONT} "
            f"font-size='12'>{style}<rect class='bg' width='{width}' height='{height}'/>" + "\n".join(parts) + "</svg>\n")


def label(x, y, words, anchor="start", size=12, weight="normal", kind=""):
    return (f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' font-weight='{weight}' "
            f"class='{kind}'>{html.escape(words)}</text>")


def foot(result):
    m = result["machine"]
    return f"{m['cpu']} · Linux {m['kernel']} · JDK {m['jdk']} · {m['date']} · medians of {result['rounds']} rounds"


def bars(result):
    """A panel per workload, its servers sorted; a bar is the CPU time per request as a multiple of the reference's."""
    panels = []
    for name in SHOWN:
        table = result["workloads"].get(name)
        if table:
            reference = "C" if "C" in table["rows"] else "nginx"
            rows = [(row[f"cpu/{reference}"], who, row["cpu"]) for who, row in table["rows"].items() if f"cpu/{reference}" in row]
            panels.append((table["title"], reference, sorted(rows)))
    column, left, line = 460, 90, 17
    parts, tops = [label(16, 26, "Server CPU time per request, as a multiple of a C epoll server's (less is better)", size=15,
                         weight="bold")], [46, 46]
    for title, reference, rows in panels:
        side = 0 if tops[0] <= tops[1] else 1
        x, y = 16 + side * column, tops[side] + 16
        most = max(3.0, min(8.0, max(r for r, _, _ in rows)))
        scale = (column - left - 120) / most
        note = "" if reference == "C" else f" (multiple of {reference}'s, with sendfile)"
        parts.append(label(x, y, title + note, weight="bold"))
        for ratio, who, cpu in rows:
            y += line
            width = min(ratio, most) * scale
            colour = COLOURS.get(who, OTHER)
            fill = "class='C'" if who == "C" else f"fill='{colour}'"
            parts.append(label(x + left - 6, y, who, "end", 11, "bold" if who == "edgewise" else "normal"))
            parts.append(f"<rect x='{x + left}' y='{y - 10}' width='{width:.1f}' height='12' {fill}/>")
            cut = "" if ratio <= most else " …"
            parts.append(label(x + left + width + 5, y, f"{ratio:.2f}{cut}  ({cpu:.2f} µs)", size=11))
        tops[side] = y + 20
    height = max(tops) + 26
    parts.append(label(16, height - 12, foot(result), size=11, kind="note"))
    return svg(16 + 2 * column, height, parts)


def lines(result):
    """CPU time per request by connections, loops, timers and routes; flat is good."""
    width, height, parts = 940, 560, [label(16, 26, "How cost grows: CPU microseconds per request (flat is good)", size=15,
                                            weight="bold")]
    for index, (what, series) in enumerate(result["growth"].items()):
        x0, y0, w, h = 60 + (index % 2) * 470, 70 + (index // 2) * 245, 380, 150
        sizes = [int(s) for s in next(iter(series.values()))]
        top = 1.25 * max(v for values in series.values() for v in values.values())
        at = lambda size: x0 + (w * (math.log10(size) - math.log10(sizes[0])) / (math.log10(sizes[-1]) - math.log10(sizes[0])))
        parts.append(label(x0, y0 - 14, f"by the number of {what}", weight="bold"))
        parts.append(f"<path class='axis' fill='none' d='M{x0},{y0} V{y0 + h} H{x0 + w}'/>")
        parts.append(label(x0 - 6, y0 + h, "0", "end", 11))
        parts.append(label(x0 - 6, y0 + 10, f"{top:.1f}", "end", 11))
        for size in sizes:
            parts.append(label(at(size), y0 + h + 16, f"{size:,}", "middle", 11))
        for i, (name, values) in enumerate(series.items()):
            points = [(at(int(size)), y0 + h - h * v / top, v) for size, v in values.items()]
            colour = COLOURS.get(name, OTHER)
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
            parts.append(f"<polyline fill='none' stroke='{colour}' stroke-width='2' points='{path}'/>")
            for x, y, v in points:
                parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>")
                if name == "edgewise":
                    parts.append(label(x, y - 8, f"{v:.2f}", "middle", 11))
            if len(series) > 1:
                parts.append(f"<rect x='{x0 + 8 + 110 * i}' y='{y0 + h + 24}' width='10' height='10' fill='{colour}'/>")
                parts.append(label(x0 + 22 + 110 * i, y0 + h + 33, name, size=11))
    parts.append(label(16, height - 12, foot(result), size=11, kind="note"))
    return svg(width, height, parts)


def write(result, path):
    """The bars at `path`, the lines beside it as NAME-growth.svg."""
    if any(name in result["workloads"] for name in SHOWN):
        with open(path, "w") as f:
            f.write(bars(result))
    if "growth" in result:
        base, extension = os.path.splitext(path)
        with open(f"{base}-growth{extension}", "w") as f:
            f.write(lines(result))
