"""What an engine in Python needs to talk to planbench: subclass `Engine`, hand a function that makes one to `serve`.

    class MyEngine(Engine):
        def open(self, inputs, threads): ...
        def generate(self): ...
        def write(self, folder): ...

    if __name__ == "__main__":
        serve(MyEngine, version="my engine 1.0")

Needs nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterator

PROTOCOL = 1
FORMAT_VERSION = 1
RULES_VERSION = 2
TRACEBACK_LINES = 20
# Everything else is a failure to answer with. Not all of them are Exceptions: libraries in Rust panic with others.
STOPPED = (KeyboardInterrupt, SystemExit)


class Inputs:
    """The input folder of a run: who is employed, what is assumed, what is planned, and the draws."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.run = self._read("run.json")
        self.plan = self._read("plan.json")
        self.assumptions = self._read("assumptions.json")
        if self.run["rules_version"] != RULES_VERSION:
            raise ValueError(
                f"{self.folder}/run.json asks for rules version {self.run['rules_version']}, "
                f"this engine follows version {RULES_VERSION}: change it as docs/event-rules.md says"
            )

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content.get("format_version") != FORMAT_VERSION:
            raise ValueError(
                f"{path} has format version {content.get('format_version')}, this engine reads {FORMAT_VERSION}: "
                "use an engine and a planbench of the same version"
            )
        return content

    @property
    def census(self) -> Path:
        """The people employed on 1 January of the first year, in bytewise order of employee_id."""
        return self.folder / "census.parquet"

    def draws(self, year: int) -> Path:
        """The sixteen draws of everybody who can be employed in that year, in bytewise order of employee_id."""
        return self.folder / "draws" / f"simulation_year={year}.parquet"

    @property
    def years(self) -> list[int]:
        return list(range(self.run["start_year"], self.run["end_year"] + 1))

    @property
    def event_id_key(self) -> int:
        """The run key of docs/event-rules.md, "Event id"."""
        return int(self.run["event_id_key"], 16)


@dataclass
class Generated:
    """The answer to `generate`. Times that cannot be had for nothing are left out."""

    events: int
    year_seconds: list[float] | None = None
    step_seconds: dict[str, float] | None = None


class Engine:
    """One run of the simulation at a time. The calls come in this order; `generate` and `write` may be repeated."""

    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        """Loads the census, ready to generate on that many worker threads. Returns the versions of what is used."""
        raise NotImplementedError

    def generate(self) -> Generated:
        """Generates the events of all years from the census on, and keeps them. Forgets those of the call before."""
        raise NotImplementedError

    def write(self, folder: Path) -> None:
        """Writes the events of the last `generate` to Parquet files, see `year_folder`."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets go of everything that would outlive the process, or would keep it from ending."""


class Steps:
    """Adds up the seconds that named steps take: `with steps("events"): ...`, then `steps.seconds`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def year_folder(output: Path, year: int) -> Path:
    """The folder for the files of a year, made if it is not there."""
    folder = Path(output) / f"simulation_year={year}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def serve(make_engine: Callable[[], Engine], version: str | Callable[[], str]) -> None:
    """Runs the program: the session on standard input and output, `--once INPUT OUTPUT`, or `--version`.

    Does not return. `make_engine` is called with standard output out of reach: libraries that print when they are
    imported, should be imported in there, or in `open`.
    """
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(version if isinstance(version, str) else version())
        sys.exit(0)
    once = len(arguments) == 3 and arguments[0] == "--once"
    if arguments and not once:
        sys.exit(f"{sys.argv[0]}: unknown arguments: use none for a session, --once INPUT OUTPUT, or --version")
    requests, answers = _take_standard_streams()
    try:
        if once:
            status = _run_once(make_engine, Path(arguments[1]), Path(arguments[2]))
        else:
            status = Session(make_engine, requests, answers).run()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for the session alone.

    Whatever else the process or its children print goes to standard error, and nobody else reads a request. The copies
    are not inherited by children, so none of them can hold the session open.
    """
    sys.stdout.flush()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _run_once(make_engine: Callable[[], Engine], source: Path, output: Path) -> int:
    try:
        inputs = Inputs(source)
        engine = make_engine()
        try:
            engine.open(inputs, inputs.run["threads"])
            engine.generate()
            engine.write(output)
        finally:
            engine.close()
    except STOPPED:
        raise
    except BaseException as error:
        print(_explain(error), file=sys.stderr)
        return 1
    return 0


class Session:
    """Answers requests, one JSON object a line each way, until `close` or the end of input."""

    def __init__(self, make_engine: Callable[[], Engine], requests: BinaryIO, answers: BinaryIO) -> None:
        self.make_engine = make_engine
        self.requests = requests
        self.answers = answers
        self.engine: Engine | None = None
        self.generated = False

    def run(self) -> int:
        for line in self.requests:
            if not line.strip():
                continue
            number = None
            try:
                request = json.loads(line)
                number = request["id"]
                if request["request"] == "close":
                    break
                answer = self.answer(request)
            except STOPPED:
                raise
            except BaseException as error:
                answer = {"answer": "failed", "error": _explain(error)}
            # An answer carries the number of its request, so that none is ever taken for another's.
            answer["id"] = number
            try:
                self.answers.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                self.answers.flush()
            except BrokenPipeError:
                break
        try:
            self.close()
        except STOPPED:
            raise
        except BaseException as error:
            print(_explain(error), file=sys.stderr)
            return 1
        return 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        kind = request["request"]
        if kind == "open":
            return self.open(request)
        if self.engine is None:
            raise ValueError(f"request {kind!r} before open: send open first")
        if kind == "generate":
            self.generated = False
            generated = self.engine.generate()
            self.generated = True
            answer: dict[str, Any] = {"answer": "generated", "events": int(generated.events)}
            if generated.year_seconds is not None:
                answer["year_seconds"] = generated.year_seconds
            if generated.step_seconds is not None:
                answer["step_seconds"] = generated.step_seconds
            return answer
        if kind == "write":
            if not self.generated:
                raise ValueError("request 'write' before generate: send generate first")
            self.engine.write(Path(request["output"]))
            return {"answer": "written"}
        raise ValueError(f"unknown request {kind!r}: this engine knows open, generate, write and close")

    def open(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["protocol"] != PROTOCOL:
            raise ValueError(
                f"protocol {request['protocol']} is asked for, this engine speaks {PROTOCOL}: "
                "use an engine and a planbench of the same version"
            )
        self.close()
        inputs = Inputs(request["input"])
        # Kept before it is open, so that close reaches what a failed open leaves behind.
        self.engine = self.make_engine()
        versions = dict(self.engine.open(inputs, int(request["threads"])))
        versions.setdefault("python", ".".join(map(str, sys.version_info[:3])))
        return {"answer": "ready", "versions": versions}

    def close(self) -> None:
        engine, self.engine, self.generated = self.engine, None, False
        if engine is not None:
            engine.close()


def _explain(error: BaseException) -> str:
    """The error in its own words, for the answer; the last lines of how it came about go to standard error."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    print("\n".join(lines[-TRACEBACK_LINES:]), file=sys.stderr, flush=True)
    return f"{type(error).__name__}: {error}"
