"""Invocations of dbt, one for each simulated year: as a process of its own, or within this one."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE / "project"
LOG_LINES_OF_AN_ERROR = 30


class DbtFailed(Exception):
    """dbt has not done what it should; the text says what it wrote."""


def settings(database: Path, threads: int, event_id_key: str) -> dict[str, str]:
    """What the project's profiles.yml reads."""
    return {
        "DATABASE_PATH": str(database),
        "PLANBENCH_THREADS": str(threads),
        "PLANBENCH_EVENT_ID_KEY": event_id_key,
        "PLANBENCH_DBT_ENGINE": str(HERE),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def arguments(command: str, work: Path, variables: dict) -> list[str]:
    """The command line of dbt. What it leaves behind stays in the work folder."""
    return [
        command,
        "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT),
        "--target-path", str(work / "target"),
        "--log-path", str(work / "logs"),
        "--no-use-colors",
        "--vars", json.dumps(variables),
    ]  # fmt: skip


class Processes:
    """One process of dbt for each year, which is how its users run it."""

    def __init__(self, work: Path, variables: dict, settings: dict[str, str]):
        self.work = work
        self.settings = os.environ | settings

    def run(self, variables: dict, full_refresh: bool) -> None:
        dbt = str(Path(sys.executable).with_name("dbt"))
        command = [dbt, *arguments("run", self.work, variables), *["--full-refresh"] * full_refresh]
        output = self.work / "dbt.log"
        with output.open("w+") as log:
            ended = subprocess.run(
                command, env=self.settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent
            )
        if ended.returncode != 0:
            lines = output.read_text(errors="replace").splitlines()[-LOG_LINES_OF_AN_ERROR:]
            raise DbtFailed(f"dbt run ended with exit code {ended.returncode}:\n" + "\n".join(lines))


class InProcess:
    """dbt within this process: the project is parsed once, each year is an invocation of its runner."""

    def __init__(self, work: Path, variables: dict, settings: dict[str, str]):
        os.environ.update(settings)
        from dbt.cli.main import dbtRunner

        self.work = work
        self.said: list[str] = []
        self.runner = dbtRunner(callbacks=[self.listen])
        self.parsed = self.invoke(arguments("parse", work, variables))

    def run(self, variables: dict, full_refresh: bool) -> None:
        # dbt keeps in a manifest what it has compiled, for the year of then.
        self.runner.manifest = self.parsed.deepcopy()
        self.invoke([*arguments("run", self.work, variables), *["--full-refresh"] * full_refresh])

    def invoke(self, command: list[str]):
        self.said.clear()
        done = self.runner.invoke(["--log-level", "none", *command])
        if not done.success:
            said = [*self.said[-LOG_LINES_OF_AN_ERROR:], *([str(done.exception)] if done.exception else [])]
            raise DbtFailed(f"dbt {command[0]} failed:\n" + "\n".join(said))
        return done.result

    def listen(self, event) -> None:
        if event.info.level in ("info", "warn", "error"):
            self.said.append(event.info.msg)


def seconds_of_models(work: Path) -> dict[str, float]:
    """How long dbt's last run executed each model, by its own report. What it compiled before is not in it. Models that ran
    side by side share the time, so that all together are no longer than the run."""
    report = json.loads((work / "target" / "run_results.json").read_text(encoding="utf-8"))
    spans = {}
    for result in report["results"]:
        for part in result["timing"]:
            if part["name"] == "execute":
                model = result["unique_id"].rsplit(".", 1)[-1]
                spans[model] = (moment(part["started_at"]), moment(part["completed_at"]))
    seconds = {model: end - start for model, (start, end) in spans.items()}
    busy, until = 0.0, 0.0
    for start, end in sorted(spans.values()):
        busy += max(end - max(start, until), 0.0)
        until = max(until, end)
    together = sum(seconds.values())
    return {model: alone * busy / together for model, alone in seconds.items()}


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


# Only Linux ends a child whose parent is gone; elsewhere it ends after its year.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    if PRCTL:
        PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)
