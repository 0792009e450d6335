#!/usr/bin/env python3
"""`kantor match` beside what somebody would take instead, on the same generated data, in one run.

usage: matching_side_by_side.py [LINES] [--runs N] [--data DIR]

The data is a day of an office: 90 % of the lines have the whole reference of their order, 4 % a
mangled one, 2 % none (payer's account and amount are right), 2 % the reference and another amount,
2 % nothing. Ours reads MT940 and the list of orders, proves the balances and says why with each
line; the peers read the same lines as a flat table of commas, which is less than half the bytes, and
write pairs. Each run is a process of its own, from its start to its end; they are taken in turns.
Every pair is checked against the truth.

    a hash join     a table of references in Python, the reference cut out with a regular expression
    sqlite3         both tables in memory, an index on the reference, then on account and amount
    polars, pandas  joins on the reference, then on account and amount where that is unique

Build first: cargo build --release -p kantor
"""
import argparse
import csv
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "..", "target"))
OURS = os.path.join(TARGET, "release", "kantor")
REFERENCE = r"\bEX\d{10}\b"


def luhn(digits):
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10


def reference(number):
    digits = "%09d" % ((number * 387_420_489 + 123_456_789) % 1_000_000_000)
    return f"EX{digits}{luhn(digits)}"


def account(dice):
    rest = dice.choice(("10201026", "11402004", "10501025")) + "%016d" % dice.randrange(10**16)
    return "%02d%s" % (98 - int(rest + "252100") % 97, rest)


def mangled(dice, whole):
    at = dice.randrange(4, 10)
    return dice.choice((
        whole[:at] + " " + whole[at:], whole[:at] + "-" + whole[at:], whole.lower(),
        whole.replace("0", "O", 1), whole[:at] + whole[at + 1] + whole[at] + whole[at + 2:],
    ))


def generate(count, folder):
    """Writes orders.csv, lines.csv (for the peers), day.sta (for ours) and truth.csv."""
    dice = random.Random(count)
    payers = [account(dice) for _ in range(max(200, count // 8))]
    own = account(dice)
    at = lambda name: open(os.path.join(folder, name), "w", newline="")
    orders, balance = [], 1_000_000
    with at("lines.csv") as lines, at("day.sta") as sta, at("truth.csv") as truth:
        lines.write("line,currency,amount,account,title\n")
        for line in range(count):
            if line % 500 == 0:
                number = line // 500 + 1
                if line:
                    sta.write(f":62F:C261123PLN{balance // 100},{balance % 100:02}\r\n-\r\n")
                sta.write(f":20:ST{number:08}\r\n:25:/PL{own}\r\n:28C:{number:05}/001\r\n")
                sta.write(f":60F:C261123PLN{balance // 100},{balance % 100:02}\r\n")
            kind, payer = dice.random(), dice.choice(payers)
            gives = paid = int(10 ** dice.uniform(3.3, 6.5))
            whole, order = reference(line), str(line)
            if kind < 0.90:
                title = f"ZLECENIE {whole}"
            elif kind < 0.94:
                title = f"{mangled(dice, whole)} WYMIANA"
            elif kind < 0.96:
                title = "ZAKUP WALUTY"
            elif kind < 0.98:
                title, paid = f"WPLATA {whole}", gives + dice.randrange(1, 999)
            else:
                title, order, payer = "CZYNSZ NAJMU LOKALU", "", account(dice)
            balance += paid
            orders.append((line, whole, gives, payer if order else dice.choice(payers)))
            lines.write(f"{line},PLN,{paid // 100}.{paid % 100:02},{payer},{title}\n")
            sta.write(f":61:2611231123C{paid // 100},{paid % 100:02}NTRFNONREF//B{line}\r\n")
            sta.write(f":86:051?00PRZELEW\r\n?20{title}\r\n?30{payer[2:10]}?31{payer}\r\n?38PL{payer}\r\n")
            truth.write(f"{line},{order if not 0.96 <= kind < 0.98 else '!' + order}\n")
        sta.write(f":62F:C261123PLN{balance // 100},{balance % 100:02}\r\n-\r\n")
    dice.shuffle(orders)
    with at("orders.csv") as out:
        out.write("order_id,reference,currency,amount,account,name,due_date\n")
        for order, whole, gives, payer in orders:
            out.write(f"{order},{whole},PLN,{gives // 100}.{gives % 100:02},{payer},JAN,2026-11-23\n")


def rows(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        yield from csv.DictReader(file)


def hash_join(folder):
    orders = {row["reference"]: row["order_id"] for row in rows(folder, "orders.csv")}
    find = re.compile(REFERENCE).search
    for row in rows(folder, "lines.csv"):
        found = find(row["title"])
        if found and found.group() in orders:
            yield row["line"], orders[found.group()]


def sqlite(folder):
    import sqlite3
    find = re.compile(REFERENCE).search
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE orders(id INTEGER, reference TEXT, currency TEXT, minor INTEGER, account TEXT)")
    base.execute("CREATE TABLE lines(id INTEGER, currency TEXT, minor INTEGER, account TEXT, reference TEXT)")
    minor = lambda row: int(row["amount"].replace(".", ""))
    base.executemany("INSERT INTO orders VALUES(?,?,?,?,?)", (
        (row["order_id"], row["reference"], row["currency"], minor(row), row["account"])
        for row in rows(folder, "orders.csv")))
    cut = lambda title: (lambda found: found and found.group())(find(title))
    base.executemany("INSERT INTO lines VALUES(?,?,?,?,?)", (
        (row["line"], row["currency"], minor(row), row["account"], cut(row["title"]))
        for row in rows(folder, "lines.csv")))
    base.execute("CREATE INDEX by_reference ON orders(reference)")
    base.execute("CREATE INDEX by_payer ON orders(account, minor)")
    yield from base.execute("SELECT l.id, o.id FROM lines l JOIN orders o ON o.reference = l.reference")
    yield from base.execute("""SELECT l.id, min(o.id) FROM lines l JOIN orders o
        ON o.account = l.account AND o.minor = l.minor AND o.currency = l.currency
        WHERE l.reference IS NULL GROUP BY l.id HAVING count(*) = 1""")


def with_polars(folder):
    import polars
    text = polars.Utf8
    orders = polars.read_csv(os.path.join(folder, "orders.csv"), schema_overrides={"account": text, "amount": text})
    lines = polars.read_csv(os.path.join(folder, "lines.csv"), schema_overrides={"account": text, "amount": text})
    lines = lines.with_columns(polars.col("title").str.extract(f"({REFERENCE})").alias("reference"))
    named = lines.join(orders.select("order_id", "reference"), on="reference")
    key = ["account", "currency", "amount"]
    rest = lines.filter(polars.col("reference").is_null())
    unique = orders.unique(subset=key, keep="none")
    paid = rest.join(unique.select("order_id", *key), on=key)
    for frame in (named, paid):
        yield from frame.select("line", "order_id").iter_rows()


def with_pandas(folder):
    import pandas
    orders = pandas.read_csv(os.path.join(folder, "orders.csv"), dtype={"account": str, "amount": str})
    lines = pandas.read_csv(os.path.join(folder, "lines.csv"), dtype={"account": str, "amount": str})
    lines["reference"] = lines["title"].str.extract(f"({REFERENCE})", expand=False)
    named = lines.merge(orders[["order_id", "reference"]], on="reference")
    key = ["account", "currency", "amount"]
    rest = lines[lines["reference"].isna()]
    unique = orders.drop_duplicates(subset=key, keep=False)
    paid = rest.merge(unique[["order_id", *key]], on=key)
    for frame in (named, paid):
        yield from zip(frame["line"], frame["order_id"])


PEERS = {
    "a hash join": (hash_join, "csv"),
    "sqlite3": (sqlite, "sqlite3"),
    "polars": (with_polars, "polars"),
    "pandas": (with_pandas, "pandas"),
}


def peer(name, folder, pairs):
    with open(pairs, "w") as out:
        for line, order in PEERS[name][0](folder):
            out.write(f"{line},{order}\n")


def took(command, out):
    """Seconds on the wall, seconds of the processor, and the most memory in MiB."""
    begun = time.perf_counter()
    with open(out, "w") as file:
        child = subprocess.Popen(command, stdout=file)
        _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def judged(truth, pairs):
    """Right pairs, wrong pairs, and pairs whose amount is another: who takes those pays for it."""
    right = wrong = amount = 0
    for line, order in pairs:
        told = truth[int(line)]
        if told == order:
            right += 1
        elif told == "!" + order:
            amount += 1
        else:
            wrong += 1
    return right, wrong, amount


def pairs_of(file):
    with open(file) as pairs:
        yield from (line.rstrip("\n").split(",") for line in pairs)


def ours_of(file):
    with open(file, newline="") as told:
        for line, row in enumerate(csv.DictReader(told)):
            if row["verdict"] == "certain":
                yield line, row["orders"]


def main():
    asks = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asks.add_argument("lines", nargs="?", type=int, default=100_000)
    asks.add_argument("--runs", type=int, default=3)
    asks.add_argument("--data", help="keep the data in this folder, or take it from there")
    asks.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    asked = asks.parse_args()
    if asked.peer:
        return peer(*asked.peer)
    if not os.path.exists(OURS):
        sys.exit(f"{OURS} is not there; run: cargo build --release -p kantor")
    with tempfile.TemporaryDirectory() as folder:
        compare(asked, asked.data or folder, folder)


def compare(asked, data, scratch):
    os.makedirs(data, exist_ok=True)
    at = lambda name: os.path.join(data, name)
    if not os.path.exists(at("orders.csv")):
        generate(asked.lines, data)
    with open(at("truth.csv")) as file:
        truth = [line.rstrip("\n").partition(",")[2] for line in file]
    out, pairs = os.path.join(scratch, "out"), os.path.join(scratch, "pairs")
    ours = [OURS, "match", at("day.sta"), "--orders", at("orders.csv"), "--csv"]
    tools = {"kantor match": (ours, out, ours_of)}
    for name, (_, module) in PEERS.items():
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
            print(f"*** {module} is NOT INSTALLED here, so it is left out: pip install {module} ***")
            continue
        command = [sys.executable, __file__, "--peer", name, data, pairs]
        tools[name] = (command, pairs, pairs_of)
    figures = {name: [] for name in tools}
    found = {}
    for _ in range(asked.runs):
        for name, (command, result, read) in tools.items():
            figures[name].append(took(command, out))
            found[name] = judged(truth, read(result))
    show(len(truth), figures, found)


def show(lines, figures, found):
    middle = lambda name, place: statistics.median(run[place] for run in figures[name])
    sizes = "whole processes, medians; wall [least..most]"
    print(f"{lines} lines against {lines} orders; {sizes}")
    print(f"{'tool':<14} {'wall s':>22} {'cpu s':>8} {'MiB':>7} {'x our wall':>10} {'x our MiB':>10}"
          f" {'right':>9} {'wrong':>6} {'other amount taken':>19}")
    for name, runs in figures.items():
        walls = [run[0] for run in runs]
        wall = f"{middle(name, 0):.2f} [{min(walls):.2f}..{max(walls):.2f}]"
        right, wrong, amount = found[name]
        print(f"{name:<14} {wall:>22} {middle(name, 1):>8.2f} {middle(name, 2):>7.0f}"
              f" {middle(name, 0) / middle('kantor match', 0):>9.2f}x"
              f" {middle(name, 2) / middle('kantor match', 2):>9.2f}x {right:>9} {wrong:>6} {amount:>19}")


main()
