"""What the scripts that make golden numbers on the experiments of golden_inputs.py have in common."""
import argparse
import json

import make_golden as golden
import numpy as np


def sensitivity(expected, moved):
    """How far numbers moved when the inputs were changed in their last place. NaN stays NaN."""
    return {"sensitivity": max(np.nanmax(np.abs(moved[key] - expected[key])) for key in moved)}


def run(description, folder, cases, expected_of, beside_of, manifest):
    """Writes CASE.json of each case and manifest.json into `folder`; with --check compares with what is there.

    `cases`: tuples that begin with the name. `expected_of(case)`: the numbers that are compared.
    `beside_of(case, expected)`: what is written beside them. Returns the exit code.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    folder.mkdir(exist_ok=True)
    wrong = []
    for case in cases:
        name = case[0]
        if arguments.cases and name not in arguments.cases:
            continue
        expected = expected_of(case)
        path = folder / f"{name}.json"
        if arguments.check:
            if golden.differs(golden.plain(expected), json.loads(path.read_text())):
                wrong.append(name)
            continue
        written = expected | beside_of(case, expected)
        path.write_text(json.dumps(golden.plain(written), separators=(",", ":")) + "\n")
        moved = f" sensitivity {written['sensitivity']:.1e}" if "sensitivity" in written else ""
        print(f"{name:38}{moved}", flush=True)
    if arguments.check:
        print("differ: " + ", ".join(wrong) if wrong else "all as on disk")
        return 1 if wrong else 0
    (folder / "manifest.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in manifest) + "\n]\n")
    return 0
