# SPDX-License-Identifier: ISC
"""Tables and plots of tests/bench/compare, from what grace probe has written.

compare.py heading EXPERIMENT LOAD  the beginning of a table
compare.py row DIRECTORY            a row: .../EXPERIMENT/SERVER/WAY with probe.json or cannot
compare.py plot DIRECTORY TARGET    TARGET/EXPERIMENT.svg for all experiments there
"""
import html
import json
import math
import pathlib
import re
import sys

EXPERIMENTS = {
    "new": ("New connections", "8 clients, each request on a connection of its own, 500 a second"),
    "keep-alive": ("Keep-alive, busy", "8 clients that keep their connections and ask as soon as they have an answer"),
    "idle": ("Keep-alive, mostly idle", "100 clients that keep their connections and ask five times a second each, "
             "so that a request may meet a server that is closing"),
    "slow-boot": ("A server that needs a second to start", "as with new connections"),
    "broken": ("A broken version", "the new version fails at its start; 3 s of load after that"),
    "storm": ("A storm of restarts", "100 restart signals, a hundredth of a second apart"),
    "many": ("10,000 open connections", "that rest during a restart and ask again a second after it, "
             "and one client that opens a new one for each request"),
    "large": ("A server of 8 GB", "its successor starts small; one process that serves"),
}
COLUMNS = ("server", "way", "restarts", "requests", "failed", "of what kind", "silence ms", "p99 ms", "max ms",
           "new version after ms", "")


def heading(experiment, options):
    title, words = EXPERIMENTS[experiment]
    print(f"\n## {title}\n\n{words[0].upper()}{words[1:]}: `grace probe {options}`\n")
    print(f"<!-- {experiment} -->\n")
    print("|", " | ".join(COLUMNS), "|")
    print("|---|---|---:|---:|---:|---|---:|---:|---:|---:|---|", flush=True)


def number(value):
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) and 0 < value < 10 else f"{value:.0f}"


def worst(values):
    return max((value for value in values if value is not None), default=None)


def around(run, name):
    """The worst of the restarts; of the whole run where none has had an answer."""
    values = [(restart.get("latency_ms") or {}).get(name) for restart in run["restarts"]]
    return worst(values) if any(value is not None for value in values) else run["latency_ms"][name]


def until_new(run, directory):
    """Milliseconds from the request to restart until a new version has answered, the longest.

    What the command did before it asked for the restart is not the server's."""
    prepared = [int(line) / 1000 for line in (directory / "prepared_us").read_text().split()]
    first = {version["version"]: version["first"] for version in run["versions"]}
    delays = []
    for restart, before in zip(run["restarts"], prepared):
        new = restart["version_after"]
        if new in first and new != restart["version_before"]:
            delays.append((first[new] - restart["begin"]) * 1000 - before)
    return worst(max(delay, 0) for delay in delays) # on a clock that leaves out what the machine stood still


def kinds(run):
    return ", ".join(f"{count} {kind}" for kind, count in run["failures"].items() if count)


def remark(run, directory):
    words = []
    if run["before"]["failed"]:
        words.append(f"{run['before']['failed']} failed before the restart")
    words += [f"{clients['closed_idle']} of {clients['connections']} closed while idle"
             for clients in run["clients"] if clients["kind"] == "idle" and clients["closed_idle"]]
    after = directory / "after"
    if after.exists():
        words.append(after.read_text().strip())
    # Where the row's directory was is no matter.
    words += {"restart: " + re.sub(r"\S*/site/", "", restart["outcome"])
              for restart in run["restarts"] if not restart["ok"]}
    return "; ".join(words).replace("|", "/")


def cells(directory):
    """What is between the way and the end of the row."""
    cannot = directory / "cannot"
    if cannot.exists():
        return [""] * 8 + ["cannot: " + cannot.read_text().strip().replace("|", "/")]
    run = json.loads((directory / "probe.json").read_text())
    done = sum(restart["ok"] for restart in run["restarts"])
    return [f"{done} of {len(run['restarts'])}", run["answers"] + run["failed"], run["failed"], kinds(run),
            number(run["longest_silence_ms"]), number(around(run, "p99")), number(around(run, "max")),
            number(until_new(run, directory)), remark(run, directory)]


def row(directory):
    print("|", " | ".join(map(str, [directory.parent.name, directory.name, *cells(directory)])), "|", flush=True)


STYLE = """
svg { --ink: #1f2328; --faint: #d1d9e0; --other: #8c959f; --grace: #0969da; background: none }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --faint: #3d444d; --other: #768390; --grace: #58a6ff }
}
text { font: 12px system-ui, sans-serif; fill: var(--ink) }
.title { font-weight: 600 }
.right { text-anchor: end }
line { stroke: var(--faint) }
rect { fill: var(--other) }
.grace { fill: var(--grace) }
"""
LABEL, PANEL, GAP, LINE, TOP = 190, 220, 70, 20, 44


def text(x, y, words, kind=""):
    return f'<text x="{x}" y="{y}" class="{kind}">{html.escape(words)}</text>'


def panel(left, title, rows, index):
    """Bars on a logarithmic scale, for they go from nothing to a whole minute."""
    most = max([row[index] for row in rows] + [10])
    parts = [text(left, TOP - 24, title, "title"),
             f'<line x1="{left}" x2="{left}" y1="{TOP - 14}" y2="{TOP + LINE * len(rows)}"/>']
    for i, row in enumerate(rows):
        width = PANEL * math.log10(1 + row[index]) / math.log10(1 + most)
        y = TOP + LINE * i
        kind = "grace" if row[1] == "grace" else ""
        if width:
            parts.append(f'<rect x="{left}" y="{y - 11}" width="{width:.1f}" height="14" rx="2" class="{kind}"/>')
        parts.append(text(round(left + width + 5, 1), y, number(row[index])))
    return parts


def svg(title, rows):
    width, height = LABEL + 2 * (PANEL + GAP), TOP + LINE * len(rows) + 4
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" role="img"><title>{html.escape(title)}</title><style>{STYLE}</style>']
    for i, row in enumerate(rows):
        parts.append(text(LABEL - 10, TOP + LINE * i, f"{row[0]}, {row[1]}", "right"))
    parts += panel(LABEL, "failed requests", rows, 2)
    parts += panel(LABEL + PANEL + GAP, "longest silence, ms", rows, 3)
    return "\n".join([*parts, "</svg>", ""])


def plot(source, target):
    target.mkdir(parents=True, exist_ok=True)
    for experiment, (title, _) in EXPERIMENTS.items():
        rows = []
        files = (source / experiment).glob("*/*/probe.json")
        for file in sorted(files, key=lambda file: file.stat().st_mtime):
            run = json.loads(file.read_text())
            rows.append((file.parts[-3], file.parts[-2], run["failed"], run["longest_silence_ms"] or 0))
        if rows:
            (target / f"{experiment}.svg").write_text(svg(title, rows))


if sys.argv[1] == "heading":
    heading(*sys.argv[2:])
elif sys.argv[1] == "row":
    row(pathlib.Path(sys.argv[2]))
else:
    plot(*map(pathlib.Path, sys.argv[2:]))
