"""Named models on disk: one JSON file each, never changed, and which of them a new commune uses.

A model counts names that several rows carry, some of which may be one person's: with a key, the file is sealed.
"""

import json
from pathlib import Path

from pydantic import ValidationError

from pipelines.linkage.model import LinkageModel
from pipelines.linkage.spec import LinkageSpec
from pipelines.problems import UnusableInput
from pipelines.protection.keys import KeyRing
from pipelines.protection.sealing import sealed, unsealed
from pipelines.warehouse.placing import place_bytes, place_text

SHIPPED = "shipped"
_REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference" / "models"


class ModelStore:
    """Models under one folder: `<name>.json`, and `<commune>-<dataset>.current` with the name in use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self, code: str, spec: LinkageSpec) -> LinkageModel | None:
        """The model that the commune uses; None when it has none that still fits the comparisons."""
        pointer = self._folder / f"{code}-{spec.dataset}.current"
        if not pointer.is_file():
            return None
        name = pointer.read_text(encoding="utf-8", errors="replace").strip()
        path = self._folder / f"{name}.json"
        model = _read(path) if Path(name).name == name and path.is_file() else None
        return model if model is not None and fits(model, spec) else None

    def named(self, name: str) -> LinkageModel:
        """The stored model of this name; UnusableInput when there is none."""
        model = _read(self._folder / f"{name}.json") if Path(name).name == name else None
        if model is None:
            raise UnusableInput(f"Không có mô hình nào tên là «{name}».", f"There is no model called {name}.")
        return model

    def keep(self, code: str, model: LinkageModel) -> str:
        """Store a model, make it the commune's, and return its name: dataset, commune and content."""
        name = model.name(code)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = json.dumps(model.model_dump(), ensure_ascii=False, indent=1) + "\n"
        place_bytes(self._folder / f"{name}.json", sealed(written.encode(), KeyRing.from_environment()))
        place_text(self._folder / f"{code}-{model.dataset}.current", f"{name}\n")
        return name


def chosen_model(
    store: ModelStore, code: str, spec: LinkageSpec, name: str = "", estimate: bool = False
) -> LinkageModel | None:
    """The model that a run uses: the named one when it is of this dataset, else the commune's; None: estimate one.

    `shipped` is the one that comes with the program. UnusableInput when the named model does not fit the comparisons
    any more.
    """
    model = None
    if name:
        model = shipped_model(spec) if name == SHIPPED else store.named(name)
    if model is None or model.dataset != spec.dataset:
        return None if estimate else store.current(code, spec)
    if not fits(model, spec):
        raise UnusableInput(
            f"Mô hình «{name}» không còn hợp với các phép so sánh; hãy chạy lại với --estimate.",
            f"The model {name} does not fit the comparisons any more; run again with --estimate.",
        )
    return model


def shipped_model(spec: LinkageSpec) -> LinkageModel | None:
    """The model that comes with the program, estimated from synthetic registers; None when there is none."""
    model = _read(_REFERENCE / f"{spec.dataset}.json")
    return model if model is not None and fits(model, spec) else None


def fits(model: LinkageModel, spec: LinkageSpec) -> bool:
    """Whether a model has the classes, fields and levels of the spec, with shares that are shares."""
    return (
        model.dataset == spec.dataset
        and model.classes[1:] == tuple(other.name for other in spec.alternatives)
        and model.levels == {c.field: tuple(level.name for level in c.levels) for c in spec.comparisons}
        and set(model.frequencies) == {frequency.name for frequency in spec.frequencies}
        and len(model.priors) == len(model.classes)
        and all(0 < prior <= 1 for prior in model.priors)
        and set(model.shares) == set(model.levels)
        and all(
            len(table) == len(model.classes)
            and all(len(row) == len(model.levels[field]) and all(0 <= share <= 1 for share in row) for row in table)
            for field, table in model.shares.items()
        )
        and model.calibration.slope > 0
    )


def _read(path: Path) -> LinkageModel | None:
    try:
        return LinkageModel.model_validate_json(unsealed(path.read_bytes(), KeyRing.from_environment(), path))
    except FileNotFoundError:
        return None
    except (ValidationError, OSError):
        raise UnusableInput(
            f"Tệp mô hình «{path}» không đọc được; hãy chạy lại với --estimate.",
            f"The model file {path} cannot be read; run again with --estimate.",
        ) from None  # pydantic quotes what it could not read
