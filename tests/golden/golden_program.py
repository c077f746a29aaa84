"""What the scripts that make golden numbers on the experiments of golden_inputs.py have in common."""
import argparse
import json

import make_golden as golden
import numpy as np
from golden_inputs import INPUTS


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


def run_options(description, folder, cases, compute, manifest):
    """The same for cases (name, inputs, options), of which `compute(data, options)` makes the numbers.

    Beside them stands how far they move when the inputs change in their last place.
    """
    def expected_of(case):
        _, inputs, options = case
        return compute(INPUTS[inputs](), options)

    def sensitivity_of(case, expected):
        _, inputs, options = case
        moved = compute(golden.nudged(INPUTS[inputs]()), options)
        return {"sensitivity": max(np.nanmax(np.abs(moved[key] - expected[key])) for key in moved)}

    return run(description, folder, cases, expected_of, sensitivity_of, manifest)
