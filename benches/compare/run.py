#!/usr/bin/env python3
"""Runs plimsoll and four tools that test authorization against the quay, sound and with its twenty flaws, and counts
what each found, what it said of the sound one, and what it cost the quay. Time is not counted: it is the machine's.

  python3 benches/compare/run.py                      all of it, three times; writes results.json and the tables
  python3 benches/compare/run.py --runs 10            are the verdicts the same ten times?
  python3 benches/compare/run.py --tools overstep     one of them; the others' results stay as they were
  python3 benches/compare/run.py --only-tables        the tables again, from results.json

The other tools are installed from the package index in the versions that stand in TOOL/tool.py, into a virtual environment
outside the checkout (`--work`). Everything listens on loopback. Needs Python 3.11, nothing else, and a built plimsoll.
"""

import argparse
import datetime
import fnmatch
import importlib.util
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
import venv

import given
import tables

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY / "examples" / "quay"))
import flaws  # noqa: E402

TOOLS = ("plimsoll", "overstep", "authztrace", "granttrace", "schemathesis")
BUILDS = {"flawed": "all", "sound": ""}


def tool(name):
    """The adapter of a tool: how it is run, and which of its findings is which flaw."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", HERE / name / "tool.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bench:
    """One run of one tool against one build: a directory of its own and a quay of its own."""

    def __init__(self, build, work, plimsoll):
        self.here, self.repository, self.flaws, self.plimsoll = HERE, REPOSITORY, BUILDS[build], plimsoll
        self.binaries = work / "tools" / "bin"
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"{build}-", dir=work))
        self.log, self.quay, self.have = self.directory / "requests.log", None, {}

    def start(self, more=()):
        """Starts the quay, makes what the tool is given, and forgets that it was made."""
        command = [sys.executable, "-B", str(HERE / "counted.py"), "--flaws", self.flaws, "--log", str(self.log), *more]
        self.quay = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.quay.stdout.readline().strip()
        self.have = given.given(self.address)
        self.document = self.directory / "openapi.json"
        self.document.write_bytes(urllib.request.urlopen(self.address + "/openapi.json").read())
        urllib.request.urlopen(self.address + "/health?begin").read()

    def end(self):
        if self.quay:
            self.quay.terminate()
            self.quay.wait()

    def filled(self, template, more=()):
        """The text of a file of a tool, with numbers and tokens where `${NAME}` stands."""
        values = self.have | dict(more)
        return re.sub(r"\$\{([A-Z_]+)\}", lambda hole: str(values[hole[1]]), (HERE / template).read_text())

    def fill(self, template, name, more=()):
        (self.directory / name).write_text(self.filled(template, more))

    def call(self, command, fine):
        """Runs a command in the directory. Ends the comparison when it ends otherwise than it may."""
        environment = os.environ | {"PATH": f"{self.binaries}:{os.environ['PATH']}", "NO_COLOR": "1"}
        with open(self.directory / "output.txt", "a", encoding="utf-8") as output:
            code = subprocess.run(command, cwd=self.directory, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
        if code not in fine:
            raise SystemExit(f"compare: {command[0]} ended with {code}\n{self.output()[-2000:]}\n\nhint: all of it is in {self.directory}")

    def output(self):
        """All that its commands have printed."""
        return (self.directory / "output.txt").read_text(encoding="utf-8")

    def operation(self, verb, path):
        """The operation of the quay that a request was for, as its document writes it."""
        templates = json.loads(self.document.read_text())["paths"]
        fits = (one for one in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path.split("?")[0]))
        return f"{verb} {next(fits, path)}"

    def counted(self):
        """Requests, objects left behind and given objects gone, over every life of the quay in this run."""
        requests = left = gone = 0
        lines = self.log.read_text().splitlines()
        begin = max((at for at, line in enumerate(lines) if line.startswith("GET /health?begin ")), default=-1)
        last = ("0", "0")
        for line in [*lines[begin + 1:], "start"]:
            if line == "start":
                left, gone, last = left + int(last[0]), gone + int(last[1]), ("0", "0")
                continue
            requests, last = requests + 1, line.split()[-2:]
        return requests, left, gone


def once(module, build, work, plimsoll):
    """One run: what was found, and what it cost."""
    bench = Bench(build, work, plimsoll)
    try:
        if not module.STARTS:
            bench.start(getattr(module, "QUAY", ()))
        found = module.run(bench)
    finally:
        bench.end()
    requests, left, gone = bench.counted()
    shutil.rmtree(bench.directory)
    return {"findings": sorted(map(list, found)), "requests": requests, "left": left, "gone": gone}


def patterns(module):
    """What a finding that is a flaw looks like; plimsoll's are those that the quay itself names."""
    if module.FOUND is not None:
        return {flaw: [pattern] for flaw, pattern in module.FOUND.items()}
    return {flaw: [f"{check} {place}" for check, place in places] for flaw, (_, places) in flaws.FLAWS.items() if places}


def matches(text, pattern):
    """A shell pattern, in which only `*` means anything."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def judged(module, runs):
    """What a tool's runs against the two builds come to."""
    first = runs["flawed"][0]["findings"]
    proved = [what for strength, what in first if strength == "proved"]
    which = patterns(module)
    whole = all if module.FOUND is None else any  # of plimsoll every place of a flaw is asked for
    found = sorted(flaw for flaw, wanted in which.items() if whole(any(matches(what, one) for what in proved) for one in wanted))
    sound = {what for strength, what in runs["sound"][0]["findings"]}
    only_suspected = [what for strength, what in first if strength == "suspected" and what not in sound]
    suspected = sorted(flaw for flaw, wanted in which.items()
                       if flaw not in found and whole(any(matches(what, one) for what in only_suspected) for one in wanted))
    known = [one for wanted in which.values() for one in wanted]
    said = {build: {strength: sorted(what for how, what in runs[build][0]["findings"] if how == strength)
                    for strength in ("proved", "suspected", "other")} for build in BUILDS}
    return {
        "version": module.VERSION, "lines": sum(written(HERE / name) for name in module.WRITTEN),
        "found": found, "suspected": suspected, "by_a_row": sorted(set(module.BY_A_ROW) & set(found)),
        "missed": {flaw: module.MISSED.get(flaw, "") for flaw in flaws.FLAWS if flaw not in found},
        "beside": [what for what in proved if not any(matches(what, one) for one in known)],
        "false_alarms": said["sound"]["proved"], "said": said,
        "same": {build: sum(run["findings"] == runs[build][0]["findings"] for run in runs[build]) for build in BUILDS},
        "runs": {build: len(runs[build]) for build in BUILDS},
        "requests": {build: round(statistics.median(run["requests"] for run in runs[build])) for build in BUILDS},
        "left": {build: max(run["left"] for run in runs[build]) for build in BUILDS},
        "gone": {build: max(run["gone"] for run in runs[build]) for build in BUILDS},
    }


def written(path):
    """Lines that somebody wrote: neither empty nor a comment."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def installed(modules, work):
    """The virtual environment with the other tools, made when it is not there."""
    place = work / "tools"
    wanted = [f"{module.PACKAGE}=={module.VERSION}" for module in modules if module.PACKAGE]
    if not (place / "bin" / "python").exists():
        venv.create(place, with_pip=True)
    if wanted:
        subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", *wanted], check=True)


def built(path):
    """The plimsoll to compare."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    places = [path] if path else [shutil.which("plimsoll"), target / "release" / "plimsoll"]
    for place in places:
        if place and pathlib.Path(place).exists():
            return pathlib.Path(place).resolve()
    raise SystemExit("compare: there is no plimsoll\n\nhint: cargo build --release -p plimsoll, or --plimsoll FILE")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--plimsoll", help="the program; else the one on the path or the release build")
    parser.add_argument("--work", default=pathlib.Path.home() / ".cache" / "plimsoll" / "compare", type=pathlib.Path)
    parser.add_argument("--only-tables", action="store_true")
    said = parser.parse_args()
    results = HERE / "results.json"
    have = json.loads(results.read_text()) if results.exists() else {"tools": {}}
    if not said.only_tables:
        modules = [tool(name) for name in said.tools.split(",")]
        plimsoll = built(said.plimsoll)
        said.work.mkdir(parents=True, exist_ok=True)
        installed(modules, said.work)
        for module in modules:
            runs = {build: [] for build in BUILDS}
            for number in range(said.runs):
                for build in BUILDS:
                    print(f"{module.NAME}, {build}, {number + 1} of {said.runs}", file=sys.stderr, flush=True)
                    runs[build].append(once(module, build, said.work, plimsoll))
            have["tools"][module.NAME] = judged(module, runs)
            if module.VERSION is None:
                version = subprocess.run([plimsoll, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
                have["tools"][module.NAME]["version"] = version
            have["made"] = datetime.date.today().isoformat()
            results.write_text(json.dumps(have, indent=1, ensure_ascii=False) + "\n")
    have["tools"] = {name: have["tools"][name] for name in TOOLS if name in have["tools"]}
    tables.write(have, flaws.FLAWS, REPOSITORY)


if __name__ == "__main__":
    main()
