"""Dagster's event log in SQLite, with its connections kept open.

Dagster's own opens, commits and closes a database two or three times for every event. Each of our rules is an asset
check, so a run has a thousand events and more: with connections kept, these cost a fifth of the time
(benchmarks/RESULTS.md). The files are the same: either class reads what the other wrote.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster import (
    AssetKey,
    AssetRecordsFilter,
    DagsterEventType,
    EventLogEntry,
    EventRecordsResult,
)
from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorageWatchdog
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from watchdog.events import FileSystemEvent
from watchdog.observers import Observer

from assets.shown_failures import as_shown

_MOST_OPEN = 16
"""Databases kept open: the index, and the runs that were looked at last."""
_MOST_TOGETHER = 1000
"""Events stored in one go where Dagster tells many at once: a run begins by what it is about to do, 289 of them."""
_LASTING = 1.0
"""Seconds for which what was found of materializations is told again."""
_PATIENCE = 60
"""Seconds to wait for another process that writes."""


class _Watcher(SqliteEventLogStorageWatchdog):
    """Looks at the log that SQLite writes ahead, too."""

    @property
    def patterns(self) -> list[str]:
        """The database and the log beside it."""
        return [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: FileSystemEvent) -> None:
        """Pass on what is new, whichever of the two was written."""
        self._process_log()


class EventLogStorage(SqliteEventLogStorage):
    """The event log below DAGSTER_HOME."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """`base_dir`: where the databases lie, one for each run and one over all."""
        os.umask(0o077)  # whoever opens the log makes files below DAGSTER_HOME, also where our command did not start it
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(_MOST_TOGETHER))  # Dagster asks no storage, only for this
        self._engines: dict[str, Engine] = {}
        self._begun: dict[str, Connection] = {}
        self._tables: set[str] = set()
        self._found: dict[object, tuple[float, EventRecordsResult | None]] = {}
        super().__init__(base_dir, inst_data)
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing is to be set: the place follows from DAGSTER_HOME, so that the folder can be moved."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """The event log where Dagster's own would lie."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard in self._begun:
                yield self._begun[shard]
                return
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def _begin(self, shard: str) -> Iterator[None]:
        """All that is written into a database meanwhile becomes one transaction."""
        with self._connect(shard) as connection:
            self._begun[shard] = connection
            try:
                yield
            finally:
                del self._begun[shard]

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events that come together, all of one run: each database is opened and written once."""
        with self._begin(events[0].run_id), self._begin(INDEX_SHARD_NAME):
            super().store_event_batch(events)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, failures without tracebacks; what was found of materializations before may hold no longer."""
        if event.dagster_event_type is DagsterEventType.ASSET_MATERIALIZATION:
            self._found.clear()
        super().store_event(as_shown(event))

    def fetch_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """Dagster asks twice for every check what the asset's last materialization is, some 500 times in a second: what
        was found is told again for that long, or until this process stores another one."""
        asked = (repr(records_filter), limit, cursor, ascending)
        at, found = self._found.get(asked, (-_LASTING, None))
        if found is None or time.monotonic() - at > _LASTING:
            found = super().fetch_materializations(records_filter, limit, cursor, ascending)
            self._found = {asked: (time.monotonic(), found)}
        return found

    def has_table(self, table_name: str) -> bool:
        """Asked for every check too; a table that is there stays there."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Pass on what is stored of a run, for its page: with connections kept, it is written beside the database."""
        observer: Any = self._obs
        if observer is None:
            observer = self._obs = Observer()  # type: ignore[assignment]
            observer.start()
        watcher = _Watcher(self, run_id, callback, cursor)
        self._watchers[run_id][callback] = watcher, observer.schedule(watcher, self._base_dir, recursive=True)

    def dispose(self) -> None:
        """Close the databases, so that nothing of them lies beside."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": _PATIENCE})
            # In write-ahead mode a power cut can lose the last events so, and never the database.
            event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous=NORMAL"))
        self._engines[shard] = engine  # the one used last stands last
        for old in [name for name in self._engines if name != INDEX_SHARD_NAME][:-_MOST_OPEN]:
            self._engines.pop(old).dispose()
        return engine
