#!/usr/bin/python3
"""Runs workloads: the engine, scikit-learn on a sample, the bare products; prints a table.

    bench/run_workloads.py --bin build/release/bin/brainalign-bench --data DIR --out REPORT.json
                           [--all] [--workloads a,b] [--presets paper,strict] [--fraction F]
                           [--layers N] [--times N] [--threads N] [--no-sklearn] [--no-scaling]

Called by scripts/bench. Everything is measured in this one run, one thing at a time.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PRESETS = {"paper": ["paper", "strict"], "session": ["paper", "strict"], "wide": ["strict"],
           "small": ["paper", "strict"], "encoding": ["strict"]}
QUICK = ["small", "session"]
QUICK_FRACTION = 0.1
# Layers and times that scikit-learn is run on; where a cell takes minutes, one.
SAMPLE = {"wide": (1, 1)}
DEFAULT_SAMPLE = (2, 2)
# What is to be reached: times faster than scikit-learn at least, times the bare
# products at most.
FASTER_THAN_SKLEARN = {"paper": 100, "session": 60, "small": 20}
TIMES_THE_PRODUCTS = {("wide", "strict"): 1.3, ("paper", "strict"): 2.5, ("paper", "paper"): 8}
THREAD_RATIO = 1.8  # two threads against one
LARGEST_DIFFERENCE = 1e-4
MOST_BYTES = {"paper": 4 << 30}


def run(command, report):
    """Runs a program that writes `report`; what it says goes to stderr."""
    print("$ " + " ".join(map(str, command)), file=sys.stderr, flush=True)
    if subprocess.run([*map(str, command), "--json", str(report)], stdout=sys.stderr).returncode != 0:
        sys.exit(f"bench: {command[1]} {command[2]} failed; see above")
    return json.loads(report.read_text())


def thread_counts(threads):
    """1, 2, 4, .. below `threads`."""
    counts, count = [], 1
    while count < threads:
        counts.append(count)
        count *= 2
    return counts


def measure(workload, preset, options, scratch):
    job = [options.bin, "job", workload, "--preset", preset, "--data", options.data,
           "--times-fraction", options.fraction]
    report_path = scratch / "job.json"
    engine = run([*job, "--threads", options.threads], report_path)
    row = {"workload": workload, "preset": preset, "engine": engine}
    row["products"] = run([options.bin, "products", workload, "--preset", preset, "--threads", options.threads],
                          scratch / "products.json")
    if not options.no_sklearn:
        layers, times = SAMPLE.get(workload, DEFAULT_SAMPLE)
        row["sklearn"] = run([sys.executable, pathlib.Path(__file__).with_name("compare_sklearn.py"),
                              "--job", report_path, "--layers", options.layers or layers,
                              "--times", options.times or times],
                             scratch / "sklearn.json")
    row["seconds_by_threads"] = {str(options.threads): engine["seconds"]["total"]}
    if not options.no_scaling:
        for count in thread_counts(options.threads):
            fewer = run([*job, "--threads", count], scratch / "fewer.json")
            row["seconds_by_threads"][str(count)] = fewer["seconds"]["total"]
    return row


def judge(row):
    """Ratios, and whether what is to be reached is reached."""
    workload, preset = row["workload"], row["preset"]
    seconds = row["engine"]["seconds"]["total"]
    by_threads = row["seconds_by_threads"]
    checks = {}

    def hold(name, value, bound, at_least):
        checks[name] = {"value": value}
        if bound is not None:
            checks[name] |= {"at_least" if at_least else "at_most": bound,
                             "reached": value >= bound if at_least else value <= bound}

    if "sklearn" in row:
        hold("faster_than_sklearn", row["sklearn"]["seconds"] / seconds, FASTER_THAN_SKLEARN.get(workload), True)
        hold("largest_difference", row["sklearn"]["largest_difference"], LARGEST_DIFFERENCE, False)
    hold("times_the_products", seconds / row["products"]["seconds"], TIMES_THE_PRODUCTS.get((workload, preset)), False)
    if "1" in by_threads and "2" in by_threads:
        hold("two_threads_over_one", by_threads["1"] / by_threads["2"], THREAD_RATIO, True)
    hold("peak_bytes", row["engine"]["memory"]["peak_bytes"], MOST_BYTES.get(workload), False)
    return checks


def shown(check, text):
    """The value, and the bound where there is one; ! where it is not reached."""
    if check is None:
        return "-"
    value = text(check["value"])
    if "reached" not in check:
        return value
    sign, bound = (">=", check["at_least"]) if "at_least" in check else ("<=", check["at_most"])
    return f"{value} ({sign} {text(bound)}){'' if check['reached'] else ' !'}"


def table(rows, machine):
    """Lines of a Markdown table, with the machine before and what the marks mean after it."""
    head = ["workload", "preset", "engine s", "sklearn s", "faster", "sklearn PCA s", "products s", "times",
            "largest dr", "peak GiB", "2 threads / 1"]
    lines = [head]
    for row in rows:
        checks = row["checks"]
        scaled = row["engine"]["tiles_run"] < row["engine"]["tiles_of_all"]
        sklearn = row.get("sklearn")
        lines.append([
            row["workload"], row["preset"],
            f"{row['engine']['seconds']['total']:.1f}{' ~' if scaled else ''}",
            f"{sklearn['seconds']:.0f}" if sklearn else "-",
            shown(checks.get("faster_than_sklearn"), lambda v: f"{v:.0f}"),
            f"{sklearn['pca_seconds']:.0f}" if sklearn else "-",
            f"{row['products']['seconds']:.2f}",
            shown(checks["times_the_products"], lambda v: f"{v:.2f}"),
            shown(checks.get("largest_difference"), lambda v: f"{v:.0e}"),
            shown(checks["peak_bytes"], lambda v: f"{v / 2**30:.2f}"),
            shown(checks.get("two_threads_over_one"), lambda v: f"{v:.2f}"),
        ])
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = [f"{machine['processor']}, {machine['cores']} cores ({', '.join(machine['instruction_sets'])}), "
          f"{machine['memory_bytes'] / 2**30:.0f} GiB; {machine['openblas']}, kernels {machine['openblas_kernels']}; "
          f"{machine['compiler']}; load average before: {machine['load_average']:.1f}", ""]
    for i, line in enumerate(lines):
        text.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if i == 0:
            text.append("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return text + ["", "~ a share of the matrix was computed and scaled up. sklearn s: regressions only, a sample of cells",
                   "scaled to all; its PCA stands apart, while engine s is everything. ! a bound that is not reached."]


def cost_model(rows):
    """The plan that estimates are made from, held against what happened."""
    text = ["", "plan against measurement", "",
            "| workload | preset | operations, T | engine s | GF/s | of it PCA s | planned GiB | peak GiB |",
            "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        engine = row["engine"]
        seconds, memory = engine["seconds"], engine["memory"]
        text.append(f"| {row['workload']} | {row['preset']} | {engine['planned_operations'] / 1e12:.2f} | "
                    f"{seconds['total']:.1f} | {engine['planned_operations'] / seconds['total'] / 1e9:.0f} | "
                    f"{seconds['prepare']:.1f} | {memory['planned_bytes'] / 2**30:.2f} | {memory['peak_bytes'] / 2**30:.2f} |")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="brainalign-bench")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder for the data")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="file for the whole report")
    parser.add_argument("--all", action="store_true", help="every workload, its whole matrix")
    parser.add_argument("--workloads", type=lambda text: text.split(","), help="which, with commas between")
    parser.add_argument("--presets", type=lambda text: text.split(","), default=["paper", "strict"])
    parser.add_argument("--fraction", type=float, help="share of the matrix that the engine computes")
    parser.add_argument("--layers", type=int, help="layers that scikit-learn is run on")
    parser.add_argument("--times", type=int, help="times that scikit-learn is run on, for each layer")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="by default one a core")
    parser.add_argument("--no-sklearn", action="store_true")
    parser.add_argument("--no-scaling", action="store_true", help="leave out the runs with fewer threads")
    options = parser.parse_args()
    workloads = options.workloads or (list(PRESETS) if options.all else QUICK)
    unknown = [name for name in workloads if name not in PRESETS]
    if unknown:
        sys.exit(f"bench: there is no workload '{unknown[0]}'; choose from {', '.join(PRESETS)}")
    if options.fraction is None:
        options.fraction = 1.0 if options.all or options.workloads else QUICK_FRACTION

    rows, machine = [], None
    with tempfile.TemporaryDirectory() as folder:
        for workload in workloads:
            for preset in PRESETS[workload]:
                if preset not in options.presets:
                    continue
                row = measure(workload, preset, options, pathlib.Path(folder))
                row["checks"] = judge(row)
                rows.append(row)
                machine = machine or row["engine"]["machine"]
                # After each, so that an interrupted run leaves what it had.
                options.out.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
    if not rows:
        sys.exit("bench: no workload has these presets")
    text = "\n".join(table(rows, machine) + cost_model(rows)) + "\n"
    print(text)
    options.out.with_suffix(".md").write_text(text)
    print(f"the whole report: {options.out}; the tables: {options.out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
