#!/usr/bin/env python3
"""Our MT940 reader beside others, on one generated file, in one run.

usage: side_by_side.py [ENTRIES] [--runs N]

Prints processor seconds (the least of N runs, taken in turns), entries a second, and how many
times as long as the floor each takes. Every reader's count and sums must be the generator's.
Build first: cargo build --release -p kantor-benches --bin mt940
"""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "..", "target"))
OURS = os.path.join(TARGET, "release", "mt940")

# The peer runs in a process of its own and prints what ours prints. It keeps one statement an
# object, so the file is split where a message ends, as its documents do.
PEER = r"""
import sys, time
from decimal import Decimal
import mt940
text = open(sys.argv[1], encoding="cp1250", newline="").read()
begun = time.process_time()
entries = credit = debit = 0
for message in text.split("\r\n-\r\n"):
    if message.strip():
        for line in mt940.parse(message + "\r\n"):
            minor = int((Decimal(line.data["amount"].amount) * 100).to_integral_value())
            entries += 1
            credit += max(minor, 0)
            debit += max(-minor, 0)
print(f"cpu={time.process_time() - begun:.6f} entries={entries} credit={credit} debit={debit}")
"""


def run(command):
    """The facts of the one line that a reader prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr.strip()}")
    return dict(fact.split("=") for fact in done.stdout.split())


def main():
    asks = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asks.add_argument("entries", nargs="?", type=int, default=100_000)
    asks.add_argument("--runs", type=int, default=5)
    asked = asks.parse_args()
    if not os.path.exists(OURS):
        sys.exit(f"{OURS} is not there; run: cargo build --release -p kantor-benches --bin mt940")
    with tempfile.TemporaryDirectory() as folder:
        compare(asked, os.path.join(folder, "sample.sta"))


def compare(asked, file):
    wanted = run([OURS, "write", "question", str(asked.entries), file])
    readers = {
        "floor: line ends counted": [OURS, "newlines", file],
        "floor: cut into slices": [OURS, "slices", file],
        "kantor, streaming": [OURS, "read", file],
        "kantor, all kept in memory": [OURS, "kept", file],
    }
    if subprocess.run([sys.executable, "-c", "import mt940"], capture_output=True).returncode == 0:
        readers["PyPI mt-940"] = [sys.executable, "-c", PEER, file]
    else:
        print("*** PyPI mt-940 is NOT INSTALLED here, so it is left out: pip install mt-940 ***")
    least = {}
    for _ in range(asked.runs):
        for name, command in readers.items():
            facts = run(command)
            found = [facts[key] for key in ("entries", "credit", "debit")]
            if "line ends" not in name and found != [wanted[key] for key in ("entries", "credit", "debit")]:
                sys.exit(f"{name} found {found}, the file holds {wanted}")
            least[name] = min(float(facts["cpu"]), least.get(name, float("inf")))
    show(least, asked.entries, os.path.getsize(file))


def show(least, entries, size):
    print(f"{entries} entries, {size / 1e6:.1f} MB, shape `?`; least processor time of the runs")
    print(f"{'reader':<28} {'seconds':>9} {'entries/s':>12} {'MB/s':>8} {'of floor':>9} {'of ours':>9}")
    floor, ours = least["floor: cut into slices"], least["kantor, streaming"]
    for name, seconds in least.items():
        print(
            f"{name:<28} {seconds:>9.4f} {entries / seconds:>12,.0f} {size / 1e6 / seconds:>8,.0f}"
            f" {seconds / floor:>8.2f}x {seconds / ours:>8.2f}x"
        )


main()
