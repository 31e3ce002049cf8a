"""A warehouse file that was tampered with, so that whoever opens it reads or writes another file of the machine."""

import duckdb
import pytest

from pipelines.problems import UnusableInput
from pipelines.warehouse.changes import compared_tables
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import TABLES, TEXT, TEXTS

CODE = "10231"
SECRET = "KHOABIMAT7"
DATA_TABLES = {table.name for table in TABLES} - {"manifest"}


@pytest.fixture
def secret(tmp_path):
    """A file of the machine that no command has any business with."""
    path = tmp_path / "elsewhere" / "secret.txt"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


@pytest.fixture
def tampered(data, secret):
    """Makes of some tables of the published file views on another file, by which every text is what stands there."""
    path = data / "published" / "trial" / f"{CODE}.duckdb"
    path.with_name(f"{path.name}.sha256").unlink()

    def tamper(names):
        read = f"(SELECT content FROM read_text('{secret}'))"
        with duckdb.connect(str(path)) as connection:
            for table in (table for table in TABLES if table.name in names):
                texts = {TEXT: read, TEXTS: f"[{read}]"}
                columns = (f'{texts.get(c.type, f"NULL::{c.type}")} AS "{c.name}"' for c in table.columns)
                connection.execute(f'DROP TABLE "{table.name}"')
                connection.execute(f'CREATE VIEW "{table.name}" AS SELECT {", ".join(columns)}')
            seen = connection.execute(f'SELECT * FROM "{min(names)}"').fetchall()
        assert SECRET in str(seen)  # so that it is the opening alone that keeps it out
        return path

    return tamper


@pytest.mark.parametrize("names", [{"manifest"}, DATA_TABLES], ids=["manifest", "all_but_manifest"])
def test_no_command_reads_what_a_file_points_to(names, tampered, data, hopnhat, in_process, content_of, tmp_path):
    path = tampered(names)
    before = content_of(data)
    out = tmp_path / "out"
    out.mkdir()
    of_commune = ("--new-commune", CODE)
    judged = hopnhat("verify", path, "--against", path, cwd=tmp_path)
    assert judged.status == 1, judged.output
    assert SECRET not in judged.output
    for words in (
        ("export", "plan515", *of_commune, out / "land.xlsx"),
        ("export", "sheet-map", *of_commune, out / "sheets.csv"),
        ("export", "masked", *of_commune, out / "people.csv"),
        ("review", "export", out / "cases.xlsx", *of_commune),
        ("review", "sample", out / "sample.xlsx", *of_commune),
        ("promote", *of_commune),
    ):
        done = in_process(*words, data=data)
        assert done.status != 0, words
        assert SECRET not in done.output
        assert "Traceback" not in done.output
    assert content_of(out) == {}
    after = content_of(data)
    assert [name for name in after if SECRET.encode() in after[name] and name not in before] == []


def test_a_run_does_not_compare_with_what_a_file_points_to(tampered):
    path = tampered(DATA_TABLES)
    with pytest.raises(UnusableInput) as refused:
        compared_tables(path)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/written.csv'",
        "EXPORT DATABASE '{folder}/whole'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET temp_directory = '{folder}'",
        "PRAGMA enable_profiling = 'json'",
        "SET log_query_path = '{folder}/log'",
        "CREATE TABLE more AS SELECT 1",
        "DELETE FROM citizens",
    ],
)
def test_an_open_warehouse_reaches_nothing_else(statement, data, secret, content_of):
    before = content_of(secret.parent)
    with open_warehouse(data / "published" / "trial" / f"{CODE}.duckdb") as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(secret=secret, folder=secret.parent)).fetchall()
        assert connection.execute("SELECT count(*) > 0 FROM citizens").fetchall() == [(True,)]
    assert content_of(secret.parent) == before
