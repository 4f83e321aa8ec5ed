"""Makes a database of an input folder and prints how to run the project on it by hand, one command a year.

    python by_hand.py INPUT_FOLDER NEW_FOLDER
"""

import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

import database  # noqa: E402
import dbt_runs  # noqa: E402
from planbench_engine import Inputs  # noqa: E402

if len(sys.argv) != 3:
    sys.exit(__doc__)
inputs, work = Inputs(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
threads = inputs.run["threads"]
work.mkdir(parents=True)
database.load(work / "simulation.duckdb", inputs.folder, threads)
for name, value in dbt_runs.settings(inputs, work / "simulation.duckdb", threads).items():
    print(f"export {name}={shlex.quote(value)}")
for year in inputs.years:
    variables = dbt_runs.variables(inputs) | {"simulation_year": year}
    print(shlex.join(["dbt", *dbt_runs.arguments("run", work, variables)]))
print(shlex.join(["dbt", *dbt_runs.arguments("test", work, variables)]))
