"""A dbt-duckdb plugin: the SQL function event_id() of "Event id" in docs/event-rules.md, which SQL cannot compute."""

import sys
from functools import partial
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.sqltypes import INTEGER, VARCHAR

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

from event_ids import event_ids  # noqa: E402


class Plugin(BasePlugin):
    """event_id(employee_id, simulation_year, code, event_sequence), for the run whose key is in the plugin's settings."""

    def initialize(self, plugin_config):
        self.key = int(plugin_config["event_id_key"], 16)

    def configure_connection(self, conn):
        parameters = [VARCHAR, INTEGER, INTEGER, INTEGER]
        conn.create_function("event_id", partial(event_ids, self.key), parameters, VARCHAR, type="arrow")
