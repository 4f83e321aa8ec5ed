"""Invocations of dbt, one for each simulated year: as a process of its own, or within this one."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from planbench_engine import Inputs

HERE = Path(__file__).resolve().parent
PROJECT = HERE / "project"
LINES_OF_LAST_WORDS = 20


class DbtFailed(Exception):
    """dbt has not done what it should; the text says what it wrote."""


def settings(inputs: Inputs, database: Path, threads: int) -> dict[str, str]:
    """What the project's profiles.yml reads from the environment."""
    return {
        "DATABASE_PATH": str(database),
        "PLANBENCH_THREADS": str(threads),
        "PLANBENCH_EVENT_ID_KEY": inputs.run["event_id_key"],
        "PLANBENCH_DBT_ENGINE": str(HERE),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def variables(inputs: Inputs) -> dict[str, object]:
    """The project's variables, as for the first year. Bounds of bands and segments stand in its SQL, not in tables."""
    segments = inputs.assumptions["segments"]
    return {
        "simulation_year": inputs.years[0],
        "start_year": inputs.years[0],
        "draws_folder": str(inputs.draws(inputs.years[0]).parent.absolute()),
        "age_band_from": inputs.assumptions["age_bands"]["from"],
        "tenure_band_from": inputs.assumptions["tenure_bands"]["from"],
        "choice_age_from": segments["choice_age_from"],
        "auto_age_from": segments["auto_age_from"],
        "income_from_cents": segments["income_from_cents"],
        "level_segment_from": segments["level_from"],
        "tenure_segment_from": segments["tenure_from"],
    }


def others_environment() -> dict[str, str]:
    """The environment without what would change dbt's ways: settings of whoever uses it here, too."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}


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

    def __init__(self, work: Path, settings: dict[str, str], variables: dict):
        self.work = work
        self.environment = others_environment() | settings

    def run(self, variables: dict, full_refresh: bool) -> None:
        forget_last_run(self.work)
        # What the program `dbt` does, which itself does not start where its environment has been moved to another folder.
        dbt = [sys.executable, "-m", "dbt.cli.main"]
        command = [*dbt, *arguments("run", self.work, variables), *["--full-refresh"] * full_refresh]
        output = self.work / "dbt.log"
        with output.open("w") as log:
            ended = subprocess.run(
                command,
                cwd=self.work,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
            )
        if ended.returncode != 0:
            said = output.read_text(errors="replace").splitlines()
            raise DbtFailed(f"dbt run, exit code {ended.returncode}: {reasons(self.work, said)}")


class InProcess:
    """dbt within this process: the project is parsed once, each year is an invocation of its runner."""

    def __init__(self, work: Path, settings: dict[str, str], variables: dict):
        environment = others_environment() | settings
        os.environ.clear()
        os.environ.update(environment)
        from dbt.cli.main import dbtRunner

        self.work = work
        self.said: list[str] = []
        self.runner = dbtRunner(callbacks=[self.listen])
        self.parsed = self.invoke(arguments("parse", work, variables))

    def run(self, variables: dict, full_refresh: bool) -> None:
        forget_last_run(self.work)
        # dbt keeps in a manifest what it has compiled, for the year of then.
        self.runner.manifest = self.parsed.deepcopy()
        self.invoke([*arguments("run", self.work, variables), *["--full-refresh"] * full_refresh])

    def invoke(self, command: list[str]):
        self.said.clear()
        done = self.runner.invoke(["--log-level", "none", *command])
        if isinstance(done.exception, (KeyboardInterrupt, SystemExit)):
            raise done.exception  # of this process, and none of dbt's business
        if not done.success:
            said = [*self.said, str(done.exception)] if done.exception else self.said
            raise DbtFailed(f"dbt {command[0]}: {reasons(self.work, said)}")
        return done.result

    def listen(self, event) -> None:
        if event.info.level in ("info", "warn", "error"):
            self.said.append(event.info.msg)


def report(work: Path) -> Path:
    """dbt's own report of its last run."""
    return work / "target" / "run_results.json"


def forget_last_run(work: Path) -> None:
    report(work).unlink(missing_ok=True)


def results(work: Path) -> list[dict]:
    return json.loads(report(work).read_text(encoding="utf-8"))["results"]


def model_name(result: dict) -> str:
    return result["unique_id"].rsplit(".", 1)[-1]


def reasons(work: Path, said: list[str]) -> str:
    """Why a run failed: what happened to its models, or else its last words."""
    if report(work).exists():
        failed = [result for result in results(work) if result["status"] == "error"]
        if failed:
            return "\n".join(f"{model_name(result)}: {result['message']}" for result in failed)
    return "\n".join(said[-LINES_OF_LAST_WORDS:])


def seconds_of_models(work: Path) -> dict[str, float]:
    """How long dbt's last run executed each model, by its own report; compiling it comes before.

    Models that ran side by side share the time, so that all together are no longer than the run.
    """
    spans = {
        model_name(result): (moment(part["started_at"]), moment(part["completed_at"]))
        for result in results(work)
        for part in result["timing"]
        if part["name"] == "execute"
    }
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
