"""`hopnhat review sample`, and what is said of its workbook when that comes back by `hopnhat review import`."""

import argparse
import sys

from assets.acting import tell, tell_version
from assets.occasion import now, user
from assets.options import add_mode, new_commune_code, published_warehouse
from pipelines.arrival.workbooks import Returned
from pipelines.clerical.drawing import drawn
from pipelines.clerical.log import clerical_log
from pipelines.clerical.workbook import write_sample
from pipelines.ingest.header_aliases import Aliases
from pipelines.problems import UnusableInput
from pipelines.review.sheets import refuse_target
from pipelines.warehouse.versions import entries, manifest_of, version_name


def add_options(sample: argparse.ArgumentParser) -> None:
    """What a sample is told: how large, by which seed, of which publication."""
    sample.add_argument(
        "--size", type=_size, default=500, metavar="N", help="số cặp, ba phần năm là công dân; mặc định 500 / pairs"
    )
    sample.add_argument(
        "--seed", type=int, metavar="S", help="hạt giống; mặc định theo bản công bố / by the publication by default"
    )
    add_mode(sample)


def _size(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("số cặp phải là số nguyên từ 1 trở lên / at least 1")
    return int(text)


def sample(options: argparse.Namespace) -> None:
    """Draw a sample of the published warehouse, keep the draw in the log, and write the workbook."""
    warehouse, log = published_warehouse(options, options.mode), clerical_log(options.data, new_commune_code(options))
    refuse_target(options.file)
    manifest = manifest_of(warehouse)
    # Another publication has another seed: pairs that an earlier sample had mended are missed where it looked.
    seed = options.seed if options.seed is not None else int(manifest["logical_hash"][:7], 16)
    log_of_versions = entries(warehouse)
    draw = drawn(
        warehouse,
        size=options.size,
        seed=seed,
        version=version_name(warehouse, log_of_versions[-1].version) if log_of_versions else manifest["mode"],
        at=now().isoformat(timespec="seconds"),
        by=user(),
    )
    other = next((one for one in log.draws().values() if one.seed == seed and one.pairs_hash != draw.pairs_hash), None)
    if other is not None:
        raise UnusableInput(
            f"Hạt giống {seed} đã dùng để rút mẫu từ bản khác ({other.version}), sau đó có thể đã sửa theo mẫu ấy; "
            "dùng lại thì số đo sẽ tốt hơn sự thật. Hãy chọn hạt giống khác.",
            "This seed was used for another publication: choose another one, or the measure is too good.",
        )
    log.add_draw(draw)
    aliases = Aliases.read(options.data / "reference" / "header_aliases.csv")
    write_sample(warehouse, draw, options.file, aliases.by_commune)
    tell_version(options, warehouse)
    tell(options, pairs=len(draw.pairs))
    people = sum(pair.dataset == "citizens" for pair in draw.pairs)
    print(
        f"Đã rút mẫu {draw.draw_id} từ bản {draw.version} (hạt giống {seed}): {people} cặp công dân, "
        f"{len(draw.pairs) - people} cặp thửa đất, vào «{options.file}»."
    )


def tell_of_answers(options: argparse.Namespace, back: Returned) -> None:
    """Say what came of a workbook whose answers were taken."""
    for problem in back.undecided:
        print(f"hopnhat: {problem} Câu trả lời vẫn được tính, chưa thành quyết định.", file=sys.stderr)
    tell(options, answers=back.new, decisions=back.decisions)
    print(
        f"Đã nhận {back.new} câu trả lời phúc tra"
        + (f" ({back.known} câu đã có từ trước)" if back.known else "")
        + f"; {back.decisions} câu trái với máy đã thành quyết định. "
        "Chạy lại hopnhat run để số đo hiện trong báo cáo và các quyết định có hiệu lực."
    )
