#!/usr/bin/env python3
"""The same 2 000 calls by three clients against one server, in turns: CPU time per call.

    python3 interop/bench/run.py [--json] [--no-build]

Half of the calls create a bill, the others query it: one with a body, one without, and each answer
is verified. Every client goes by the proxy and over TLS to the provider's own host, one call at a
time, and counts the CPU time of its own process. Needs cargo, node with `npm ci` in interop/node,
and a Python with interop/python/requirements.txt, which REDRESS_PYTHON names.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target/release"
REDRESS = RELEASE / "redress"
CLIENTS = {
    "redress": [RELEASE / "examples/calls"],
    "wechatpayv3": [os.environ.get("REDRESS_PYTHON", "python3"), ROOT / "interop/python/calls.py"],
    "wechatpay-axios-plugin": ["node", ROOT / "interop/node/calls.js"],
}
# Twenty rounds of a hundred calls, after as many calls that only warm up.
ROUNDS, BILLS = 20, 50
# Redress may take at most this share of what each of the others takes.
MOST = 1 / 3


def build():
    for what in (["-p", "redress-cli"], ["-p", "redress", "--example", "calls"]):
        subprocess.run(["cargo", "build", "--quiet", "--release", *what], cwd=ROOT, check=True)


def verifies(command):
    """Whether a client refuses an answer whose signature is wrong."""
    server = [REDRESS, "exec", "--quiet", "--sign-test", "1", "--"]
    run = subprocess.run([*server, *command], input=b"1\n", capture_output=True)
    return run.returncode != 0 and not run.stdout


class Client:
    """A process that makes bills when it is told to."""

    def __init__(self, command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.cpu_ns = []

    def make(self, bills):
        self.process.stdin.write(f"{bills}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[-1]} ended")
        answer = json.loads(line)
        assert answer["calls"] == 2 * bills, answer
        return answer["cpu_ns"] / answer["calls"]

    def end(self):
        self.process.stdin.close()
        if self.process.wait(10) != 0:
            sys.exit(f"{self.process.args[-1]} failed")


def measure():
    """Inside `redress exec`: microseconds per call of each round, by client."""
    clients = {name: Client(command) for name, command in CLIENTS.items()}
    for client in clients.values():
        client.make(BILLS)
    for _ in range(ROUNDS):
        for client in clients.values():
            client.cpu_ns.append(client.make(BILLS))
    for client in clients.values():
        client.end()
    print(json.dumps({name: client.cpu_ns for name, client in clients.items()}))


def report(rounds, as_json):
    ours = statistics.median(rounds["redress"])
    rows = []
    for name, each in rounds.items():
        middle = statistics.median(each)
        share = None if name == "redress" else ours / middle
        rows.append({
            "client": name,
            "calls": ROUNDS * BILLS * 2,
            "cpu_us_per_call": round(middle / 1000, 1),
            "lowest_us": round(min(each) / 1000, 1),
            "highest_us": round(max(each) / 1000, 1),
            "share_of_redress": share and round(share, 3),
            "met": share and share <= MOST,
        })
    if as_json:
        print(json.dumps({"most": MOST, "rows": rows}, indent=2))
        return
    print("| client | calls | CPU per call, median of the rounds | lowest, highest | "
          "Redress takes | at most 1/3 |")
    print("| --- | --: | --: | --: | --: | --- |")
    for row in rows:
        share = "" if row["met"] is None else f"{row['share_of_redress']:.2f} of it"
        met = {None: "", True: "met", False: "missed"}[row["met"]]
        print(f"| `{row['client']}` | {row['calls']} | {row['cpu_us_per_call']:.0f} µs | "
              f"{row['lowest_us']:.0f}, {row['highest_us']:.0f} µs | {share} | {met} |")


def main():
    if "--inside" in sys.argv:
        measure()
        return
    if "--no-build" not in sys.argv:
        build()
    for name, command in CLIENTS.items():
        if not verifies(command):
            sys.exit(f"{name} took an answer whose signature is wrong")
    server = [REDRESS, "exec", "--quiet", "--no-rate-limit", "--"]
    inside = [sys.executable, __file__, "--inside"]
    run = subprocess.run([*server, *inside], stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(run.returncode)
    report(json.loads(run.stdout), "--json" in sys.argv)


main()
