"""What auditors get: Dagster's webserver alone, which refuses every change itself, whatever its pages show."""

import sys

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget

from assets import own_pages, ui
from tests.assets.asking import asked


def test_auditors_are_told_the_address_and_the_webserver_to_refuse_changes(monkeypatch, capsys):
    started = []
    monkeypatch.setattr(own_pages, "main", lambda: started.append(sys.argv[1:]))
    monkeypatch.setattr(sys, "argv", ["assets.ui", "--read-only"])
    monkeypatch.setenv("HOPNHAT_PORT", "3999")
    ui.main()
    assert "Trang chỉ đọc cho kiểm toán: http://127.0.0.1:3999/bao-cao/index.html" in capsys.readouterr().err
    assert started == [["-w", "workspace.yaml", "-h", "127.0.0.1", "-p", "3999", "--read-only"]]


@pytest.mark.parametrize("read_only", [True, False])
def test_the_webserver_refuses_changes_when_it_is_read_only(tmp_path, monkeypatch, read_only):
    monkeypatch.setenv("HOPNHAT_DATA", str(tmp_path))
    with (
        dg.DagsterInstance.local_temp(str(tmp_path)) as instance,
        WorkspaceProcessContext(instance, EmptyWorkspaceTarget(), read_only=read_only) as context,
    ):
        app = own_pages.Webserver(context).create_asgi_app()
        wiped = asked(
            app, "/graphql", "POST", b'{"query": "mutation {wipeAssets(assetPartitionRanges: []) {__typename}}"}'
        )
        workbook = asked(app, "/so-xem-xet/10231.xlsx")
        run = create_run_for_test(instance, "chay_thu", tags={"dagster/partition": "10231 Thượng Phúc"})
        at_work = asked(app, "/bao-cao/index.html").text
        instance.report_run_failed(run)
        over = asked(app, "/bao-cao/index.html").text
    assert "đang chạy hoặc chờ đến lượt" in at_work and "đang chạy hoặc chờ đến lượt" not in over
    assert ("UnauthorizedError" in wiped.text) is read_only
    assert workbook.status == (403 if read_only else 409)
