"""What Dagster sees: the graph, its words, its partitions."""

import os
import re
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import new_communes
from expectations import RULES

PROJECT = Path(__file__).parents[2]

GRAPH = {
    "merger_map": ("buoc_1_dau_vao", []),
    "commune_exports": ("buoc_1_dau_vao", []),
    "source_rows": ("buoc_1_dau_vao", ["commune_exports", "merger_map"]),
    "officer_decisions": ("buoc_1_dau_vao", []),
    "clerical_answers": ("buoc_5_kiem_tra", []),
    "citizen_records": ("buoc_2_chuan_hoa", ["officer_decisions", "source_rows"]),
    "parcel_records": ("buoc_2_chuan_hoa", ["source_rows"]),
    "source_report": ("buoc_2_chuan_hoa", ["citizen_records", "parcel_records", "source_rows"]),
    "citizen_links": ("buoc_3_doi_sanh", ["citizen_records", "officer_decisions", "parcel_records"]),
    "parcel_links": ("buoc_3_doi_sanh", ["officer_decisions", "parcel_records"]),
    "golden_citizens": ("buoc_4_hop_nhat", ["citizen_links", "citizen_records", "officer_decisions"]),
    "sheet_map": ("buoc_4_hop_nhat", ["parcel_records", "source_rows"]),
    "golden_parcels": (
        "buoc_4_hop_nhat",
        ["golden_citizens", "officer_decisions", "parcel_links", "parcel_records", "sheet_map"],
    ),
    "staging_warehouse": (
        "buoc_5_kiem_tra",
        [
            "citizen_links",
            "citizen_records",
            "clerical_answers",
            "golden_citizens",
            "golden_parcels",
            "parcel_links",
            "parcel_records",
            "sheet_map",
            "source_rows",
        ],
    ),
    "validation_results": ("buoc_5_kiem_tra", ["staging_warehouse"]),
    "publication_gate": ("buoc_5_kiem_tra", ["staging_warehouse", "validation_results"]),
    "published_warehouse": ("buoc_6_cong_bo", ["publication_gate", "staging_warehouse", "validation_results"]),
    "audit_report": ("buoc_6_cong_bo", ["staging_warehouse", "validation_results"]),
    "version_report": ("buoc_6_cong_bo", ["audit_report", "published_warehouse", "validation_results"]),
    "commune_state": ("buoc_6_cong_bo", ["audit_report"]),
    "across_communes": ("buoc_7_lien_xa", ["published_warehouse"]),
}
"""Every asset with its group and what it hangs on; a change of the graph shows here in review."""


@pytest.fixture(scope="module")
def graph():
    from assets.definitions import defs

    return defs.resolve_asset_graph()


@pytest.fixture(scope="module")
def executable(graph):
    return [graph.get(key) for key in graph.get_all_asset_keys() if graph.get(key).is_executable]


def test_definitions_load():
    from assets.definitions import defs

    dg.Definitions.validate_loadable(defs)


def test_graph_is_as_drawn(graph):
    found = {
        key.to_user_string(): (
            graph.get(key).group_name,
            sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
        )
        for key in graph.get_all_asset_keys()
    }
    assert found == GRAPH


def test_every_asset_has_a_vietnamese_name_and_says_what_it_is_in_vietnamese_then_english(graph):
    for key in graph.get_all_asset_keys():
        name, vietnamese, english = (graph.get(key).description or "").split("\n\n")
        assert re.fullmatch(r"[^*]{5,30}\.", name), key  # longer ones do not fit a box of the graph
        assert re.search("[ăâđêôơưàảãạáèẻéìíòóùúỳýịọụệộữấầ]", vietnamese), key
        assert re.fullmatch(r"\*[^*]+\*", english), key
        assert not re.search("[ăâđêôơưạảấầệộữ]", english), key


def test_every_executable_asset_has_owner_and_kind(executable):
    assert len(executable) == len(GRAPH) - 2
    assert [node.key for node in executable if not node.owners or not node.kinds] == []


def test_every_executable_asset_has_one_partition_per_new_commune_but_the_one_of_all(executable):
    assert [node.key.path[-1] for node in executable if node.partitions_def is None] == ["across_communes"]
    partitioned = [node.partitions_def for node in executable if node.partitions_def is not None]
    assert {len(partitions.get_partition_keys()) for partitions in partitioned} <= {126, 3321}


def test_whole_runs_make_every_asset_and_the_check_of_files_publishes_none(executable):
    from assets.definitions import defs

    made = {job.name: {key.path[-1] for key in job.asset_layer.executable_asset_keys} for job in _jobs(defs)}
    assert made.pop("doi_sanh_lien_xa") == {"across_communes"}
    assert set(made) == {"chay_thu", "cong_bo_chinh_thuc", "kiem_tra_tep_nguon", "doi_sanh_lai_theo_quyet_dinh"}
    everything = {node.key.path[-1] for node in executable} - {"across_communes"}
    files = made.pop("kiem_tra_tep_nguon")
    assert all(whole == everything for whole in made.values())
    assert {"source_rows", "citizen_records", "parcel_records"} <= files
    assert not files & {"golden_citizens", "staging_warehouse", "published_warehouse"}


def test_every_job_says_what_it_does_and_never_does_in_vietnamese_then_english():
    from assets.definitions import defs

    for job in _jobs(defs):
        vietnamese, english = job.description.split("\n\n")
        assert re.search("[Kk]hông bao giờ", vietnamese), job.name
        assert re.fullmatch(r"\*[^*]*\bnever\b[^*]*\*", english), job.name


def _jobs(defs):
    return [defs.resolve_job_def(job.name) for job in defs.jobs]


def test_one_blocking_check_and_one_check_per_rule(graph):
    checks = [graph.get(key) for key in graph.asset_check_keys]
    names = {check.key.asset_key.to_user_string() for check in checks if check.blocking}
    assert names == {"publication_gate"}
    assert sum(check.key.asset_key.to_user_string() == "validation_results" for check in checks) == len(RULES)
    assert len(checks) == len(RULES) + 1


def test_partitions_are_hanoi_by_default(monkeypatch):
    monkeypatch.delenv("HOPNHAT_PROVINCE", raising=False)
    keys = new_communes().get_partition_keys()
    assert len(keys) == 126
    assert "10231 Thượng Phúc" in keys


def test_partitions_are_the_whole_country_when_asked(monkeypatch):
    monkeypatch.setenv("HOPNHAT_PROVINCE", "all")
    keys = new_communes().get_partition_keys()
    assert len(keys) == len(set(keys)) == 3321
    assert all(re.fullmatch(r"\d{5} \S.*", key) for key in keys)


def test_province_that_does_not_exist_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("HOPNHAT_PROVINCE", "Atlantis")
    with pytest.raises(ValueError, match="Atlantis"):
        new_communes()


def test_setting_reaches_the_definitions():
    """In a process of its own, since the definitions are made once."""
    code = "from assets.definitions import defs; g = defs.resolve_asset_graph();"
    code += "print({len(p.get_partition_keys()) for k in g.executable_asset_keys if (p := g.get(k).partitions_def)})"
    for setting, expected in (({}, "{126}"), ({"HOPNHAT_PROVINCE": "all"}, "{3321}")):
        environment = {name: text for name, text in os.environ.items() if not name.startswith("HOPNHAT_")}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            env=environment | setting,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert done.stdout.strip() == expected


def test_dagster_finds_the_workspace_valid(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=PROJECT,
        env=os.environ | {"DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hop_nhat" in done.stdout + done.stderr
