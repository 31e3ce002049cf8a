"""The reference pages, written from what the code declares: `python -m assets.reference [FOLDER]`.

Settings, commands, rules, tables and codes stand in the code with their words in both languages; here they are only
laid out. What cannot be read from a declaration (how to do something, and why) does not belong here.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from assets import command_line, endings
from assets.definitions import defs
from expectations import RULES
from pipelines.across import tables as across_tables
from pipelines.communes.placement import UNPLACED_REASONS
from pipelines.ingest.reasons import REASONS
from pipelines.linkage import LinkageSettings
from pipelines.reports import activity_words, evidence_words, labels
from pipelines.reports.codes import CODES
from pipelines.reports.commune_states import State
from pipelines.reports.languages import Text
from pipelines.reports.receipt_page import OUTCOMES
from pipelines.reports.settings import ReportSettings
from pipelines.reports.stored_reasons import in_both
from pipelines.warehouse.schema import TABLES, VIEWS, Table
from pipelines.warehouse.settings import GivenLimits, PublicationSettings

FOLDER: Final = Path("docs") / "reference"

ENVIRONMENT: Final = {
    "HOPNHAT_DATA": Text("thư mục dữ liệu; mặc định `data`", "the data folder; `data` by default"),
    "HOPNHAT_HOSTS": Text(
        "tên máy mà người dùng gõ khi trang Dagster đứng sau một máy chủ web có đăng nhập",
        "the names by which people reach Dagster's pages behind a web server with a login",
    ),
    "HOPNHAT_KEY_FILE": Text(
        "tệp khóa mã hóa; có thì mọi dữ liệu về người dân được mã hóa",
        "the file of keys; where it is set, all that is kept of people is encrypted",
    ),
    "HOPNHAT_LOCK_PATIENCE": Text(
        "chờ lệnh khác đang làm cùng một xã bao nhiêu giây; mặc định 1800",
        "how many seconds to wait for another command on the same commune; 1800 by default",
    ),
    "HOPNHAT_MASK_NAMES": Text("`1`: báo cáo luôn che danh tính", "`1`: pages never say who somebody is"),
    "HOPNHAT_PLAINTEXT": Text(
        "`1`: bản chính thức được phép không mã hóa", "`1`: official publications may be unencrypted"
    ),
    "HOPNHAT_PORT": Text("cổng của trang Dagster", "the port of Dagster's pages"),
    "HOPNHAT_PROVINCE": Text(
        "các xã, phường có trong Dagster: tên tỉnh, thành phố, hoặc `all`; mặc định Hà Nội",
        "the communes in Dagster: a province's name, or `all`; Hanoi by default",
    ),
    "HOPNHAT_PURPOSE": Text("mục đích, ghi vào nhật ký thao tác", "what for; it stands in the activity log"),
}
"""Variables of the environment. Each is read where it is needed; a test finds one that is missing here."""

_Row = Sequence[str]


def main(folder: Path = FOLDER) -> None:
    """Write all pages into a folder."""
    for name in [name for name in os.environ if name.startswith("HOPNHAT_")]:
        del os.environ[name]  # defaults are told as they are where nothing is set
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Every reference page by the name of its file."""
    return {f"{name}.md": _page(name, *made) for name, made in _PAGES.items()}


def _page(name: str, title: Text, content: Callable[[], Iterator[str]]) -> str:
    head = f"# {title} / {title.en}"
    made = f"<!-- Made by `make reference` (assets/reference.py): change the code, not this page ({name}). -->"
    return "\n\n".join([head, made, *content()]) + "\n"


def _settings() -> Iterator[str]:
    yield (
        "Các ô của trang **Launchpad** trong Dagster, các thiết lập của từng khâu như bản kê khai (`manifest`) ghi "
        "lại, và biến môi trường. / The fields of Dagster's launchpad, the settings of each stage as the manifest "
        "holds them, and the variables of the environment. Options of commands: [commands.md](commands.md)."
    )
    yield "## Công việc / Jobs"
    for started in (*(defs.jobs or ()), *(defs.schedules or ()), *(defs.sensors or ())):
        yield f"**`{started.name}`** {getattr(started, 'description', None) or ''}"
    for name, model in _launchpad():
        yield f"## Launchpad: `{name}`"
        yield _fields(model)
    for name, model in _STAGES.items():
        yield f"## `settings.{name}`"
        yield _fields(model, GivenLimits.model_fields)
    yield "## Biến môi trường / Environment"
    yield _words(ENVIRONMENT)


_STAGES: Final[dict[str, type[BaseModel]]] = {
    "citizens`, `settings.parcels": LinkageSettings,
    "publication": PublicationSettings,
    "report": ReportSettings,
}
"""The settings of the stages, by their name in the manifest."""


def _launchpad() -> Iterator[tuple[str, type[BaseModel]]]:
    """The resources that somebody may set in the launchpad, and what is folded in them."""
    for name, resource in (defs.resources or {}).items():
        if model := getattr(resource, "resource_cls", None):
            yield name, model
            for inner, field in model.model_fields.items():
                if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                    yield f"{name}.{inner}", field.annotation


def _fields(model: type[BaseModel], words: Mapping[str, FieldInfo] = MappingProxyType({})) -> str:
    """The fields of a settings object; what has no words of its own has those of the field of its name in `words`."""
    told = (
        (f"`{name}`", _kind(field), _default(field), *_both((words.get(name) or field).description or ""))
        for name, field in model.model_fields.items()
        if field.annotation is not Any  # another resource
    )
    return _table(("ô / field", "giá trị / value", "mặc định / default", "ý nghĩa", "meaning"), told)


def _kind(field: FieldInfo) -> str:
    """What may stand in a field: its type in words, or its choices, and its bounds."""
    annotation = str(field.annotation).replace("typing.", "")
    choices = [f"`{choice}`" for choice in getattr(field.annotation, "__args__", ()) if isinstance(choice, str)]
    kind = next((word for name, word in _KINDS.items() if name in annotation), annotation)
    bounds = [
        f"{sign} {value:g}"
        for limit in field.metadata
        for name, sign in _BOUNDS.items()
        if (value := getattr(limit, name, None)) is not None
    ]
    return " ".join([" · ".join(choices) or kind, ", ".join(bounds)]).strip()


_KINDS: Final = {
    "class 'assets": "xem dưới / see below",
    "bool": "`true` · `false`",
    "int": "số nguyên / whole number",
    "float": "số / number",
    "str": "chữ / text",
}
_BOUNDS: Final = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "bắt buộc / needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    return (
        ""
        if value is None or value == "" or isinstance(value, BaseModel)
        else f"`{str(value).lower() if isinstance(value, bool) else value}`"
    )


def _commands() -> Iterator[str]:
    yield (
        "Nhiều giá trị mặc định lấy từ [biến môi trường](settings.md#biến-môi-trường--environment). / Many defaults "
        "come from there."
    )
    yield "Mã kết thúc / exit status:"
    yield _words(_STATUSES)
    parser = command_line.command_parser()
    for words, command, told in _leaves(parser, parser.prog, ""):
        yield f"## `{words}`"
        yield told
        yield _table(("", "", "ý nghĩa", "meaning"), map(_argument, _arguments(command)))


_STATUSES: Final = {
    endings.DONE: Text("xong", "done"),
    endings.REFUSED: Text(
        "không công bố vì một quy tắc, hoặc `verify` thấy khác biệt; bản đã công bố không đổi",
        "a gate refused publication, or `verify` found a difference; nothing published has changed",
    ),
    endings.UNUSABLE: Text("lệnh hoặc tệp đưa vào không dùng được", "wrong usage, or unusable input"),
    endings.UNEXPECTED: Text("lỗi ngoài dự kiến, không có gì thay đổi", "an unexpected failure; nothing changed"),
}


def _leaves(
    parser: argparse.ArgumentParser, words: str, told: str
) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """Every command that does something: the words that call it, its parser, and its line of help."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, inner in action.choices.items():
                yield from _leaves(inner, f"{words} {name}", helps.get(name, ""))
            return
    yield words, parser, told


def _arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]


def _argument(action: argparse.Action) -> _Row:
    value = "" if action.nargs == 0 else str(action.metavar or "") or "|".join(map(str, action.choices or ()))
    name = (
        f"`{action.option_strings[0]} {value}`".replace(" `", "`")
        if action.option_strings
        else f"`{value or action.dest}`"
    )
    plain = action.default in {None, False, "", argparse.SUPPRESS}
    default = "" if plain else f"mặc định / default `{action.default}`"
    needed = "bắt buộc / needed" if action.required else default
    return (name, needed, *_both(action.help or ""))


def _rules() -> Iterator[str]:
    gates = sum(rule.severity == "gate" for rule in RULES)
    yield (
        f"{len(RULES)} quy tắc: {gates} điều kiện bắt buộc (không đạt thì không công bố) và {len(RULES) - gates} cảnh "
        f"báo. / {len(RULES)} rules: {gates} gates, which stop a publication, and {len(RULES) - gates} warnings."
    )
    for suite, rules in groupby(RULES, key=lambda rule: rule.suite):
        yield f"## `{suite}`: {labels.SUITES[suite]} / {labels.SUITES[suite].en}"
        yield _table(
            ("quy tắc / rule", "mức / severity", "điều phải đúng", "what must be true", "căn cứ / source"),
            (
                (f"`{rule.id}`", f"{labels.SEVERITIES[rule.severity]} / {rule.severity}", rule.vi, rule.en, rule.source)
                for rule in rules
            ),
        )


def _tables() -> Iterator[str]:
    yield (
        "Mọi bảng và cột của kho đã công bố. Trong tệp DuckDB, mỗi bảng và cột cũng có chú thích này. / Every table "
        "and column of a published warehouse; the same words are comments in the DuckDB file."
    )
    yield _table(("khung nhìn / view", "là / is"), ((f"`{name}`", f"`{query}`") for name, query in VIEWS.items()))
    for table in TABLES:
        yield from _described(table)
    yield "# `across/<mode>.duckdb`"
    yield "Điều tìm thấy giữa nhiều xã, phường ([across.md](../across.md)). / What is found across communes."
    for table in across_tables.TABLES:
        if table not in TABLES:
            yield from _described(table)


def _described(table: Table) -> Iterator[str]:
    yield f"## `{table.name}`"
    yield f"Một dòng là {table.vi}. / One row is {table.en}."
    columns = ((f"`{one.name}`", f"`{one.type}`", one.vi, one.en) for one in table.columns)
    yield _table(("cột / column", "kiểu / type", "ý nghĩa", "meaning"), columns)


def _reasons() -> Iterator[str]:
    yield (
        "Các mã trong kho dữ liệu, trong báo cáo và nhật ký, cùng lời của chúng. / The codes of the warehouse, the "
        "pages and the activity log, with their words."
    )
    yield "## Vì sao một dòng bị giữ riêng / Why a row is in quarantine"
    yield _words({code: Text(*told) for code, told in REASONS.items()})
    yield "## Vì sao một dòng chưa xếp được / Why a row is unplaced"
    yield _words({code: in_both(told) or told for code, told in UNPLACED_REASONS.items()})
    for column, words in CODES.items():
        if column != "quarantine.reason_code":
            yield f"## `{column}`"
            yield _words(words)
    for title, further in _FURTHER.items():
        yield f"## {title} / {title.en}"
        yield _words(further)


_FURTHER: Final[dict[Text, Mapping[str, str]]] = {
    Text("Tình trạng của một xã, phường", "The state of a commune"): {
        f"{state.sign} {state.code}": state.word for state in State
    },
    Text("Kết luận về một tệp trên biên nhận", "The verdict on a file, on a receipt"): {
        f"{sign} {code}": words for code, (_, sign, words) in OUTCOMES.items()
    },
    Text("Các trường so sánh (`links.evidence`)", "Fields compared"): evidence_words.FIELDS,
    Text("Các mức so sánh", "Levels of a comparison"): evidence_words.LEVELS,
    Text("Vì sao hai dòng được so với nhau", "Why two rows are compared"): evidence_words.CANDIDATE_RULES,
    Text("Việc trong nhật ký thao tác", "Acts in the activity log"): activity_words.ACTIONS,
    Text("Một việc đã kết thúc thế nào", "How an act ended"): activity_words.STATES,
}


def _words(words: Mapping[Any, str]) -> str:
    rows = ((f"`{code}`", text, getattr(text, "en", "")) for code, text in words.items())
    return _table(("", "tiếng Việt", "English"), rows)


def _both(sentence: str) -> tuple[str, str]:
    """The two languages of «tiếng Việt / English»."""
    vi, _, en = sentence.partition(" / ")
    return vi.strip(), en.strip()


def _table(head: _Row, rows: Iterable[_Row]) -> str:
    lines = [head, ["---"] * len(head), *(map(_cell, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """A text as Markdown shows it whole in a table."""
    shown = text if text.startswith("`") else text.replace("<", "&lt;")
    return shown.replace("|", "\\|")


_PAGES: Final[dict[str, tuple[Text, Callable[[], Iterator[str]]]]] = {
    "settings": (Text("Thiết lập", "Settings"), _settings),
    "commands": (Text("Câu lệnh", "Commands"), _commands),
    "rules": (Text("Quy tắc kiểm tra", "Rules"), _rules),
    "tables": (Text("Bảng và cột", "Tables and columns"), _tables),
    "reasons": (Text("Mã và lý do", "Codes and reasons"), _reasons),
}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
