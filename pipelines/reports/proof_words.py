"""What a manifest inside the file can and cannot prove, said once: (Vietnamese, English) sentences for page and papers.

What does not belong here: what was found in a particular file (`pipelines.warehouse.verification`).
"""

from typing import Final

PROVES: Final[tuple[tuple[str, str], ...]] = (
    (
        "Từ khi công bố, tệp không bị hỏng và không bị sửa do nhầm lẫn: bản kê khai ghi số dòng và mã băm của mỗi "
        "bảng, tệp .sha256 bên cạnh ghi mã băm của cả tệp.",
        "Since publication the file was neither damaged nor changed by accident: the manifest has the row count and "
        "the hash of every table, and the .sha256 beside the file has the hash of the whole.",
    ),
    (
        "Tệp được tạo từ những gì: bản kê khai ghi mã băm của dữ liệu xuất, bảng tham chiếu, thiết lập, mô hình, quyết "
        "định, quy tắc, gói phần mềm và mã nguồn. Ai có đủ các thứ đó đều có thể chạy lại; nhận được cùng mã băm nội "
        "dung là bằng chứng rằng tệp được tạo từ chúng.",
        "What it was made from: the manifest has the hashes of exports, reference data, settings, models, decisions, "
        "rules, packages and code. Whoever holds all of these can run again; the same logical hash is proof that the "
        "file was made from them.",
    ),
    (
        "Dữ liệu trong tệp đạt các quy tắc chặn: lệnh hopnhat verify không tin kết quả đã ghi mà tự kiểm tra lại mọi "
        "quy tắc kiểm tra được chỉ từ tệp.",
        "Its rows hold the gates: hopnhat verify does not believe the recorded results, but judges again every rule "
        "that can be judged from the file alone.",
    ),
)
"""What the manifest and a successful `hopnhat verify` show."""

CANNOT_PROVE: Final[tuple[tuple[str, str], ...]] = (
    (
        "Rằng không ai cố ý sửa tệp: người ghi được tệp có thể sửa cả dữ liệu, bản kê khai và tệp .sha256 cho khớp "
        "nhau.",
        "That nobody changed it on purpose: whoever can write the file can rewrite rows, manifest and .sha256 so that "
        "they agree.",
    ),
    (
        "Ai đã tạo tệp và tạo lúc nào: tên và thời điểm trong tệp chỉ là chữ, không phải chữ ký.",
        "Who made it, and when: names and times in the file are text and no signature.",
    ),
    (
        "Rằng dữ liệu xuất đúng với thực tế: sổ ghi sai thì kho cũng sai.",
        "That the exports were true: where a register is wrong, so is the warehouse.",
    ),
    (
        "Rằng các xã cũ đã nộp đủ: tệp chưa từng được nộp thì không để lại dấu vết nào.",
        "That the old communes delivered everything: a file that never came leaves no trace.",
    ),
)
"""What no hash inside a file can show."""

THEREFORE: Final[tuple[tuple[str, str], ...]] = (
    (
        "Vì vậy phải giữ mã băm ở nơi khác: ghi SHA-256 của tệp và mã băm nội dung vào biên bản bàn giao có chữ ký, "
        "lưu một bản ở tỉnh.",
        "So keep the hashes elsewhere: write the file's SHA-256 and the logical hash on the signed hand-over "
        "statement, and keep a copy at the province.",
    ),
    (
        "Khi kiểm tra, chạy hopnhat verify và so hai mã băm mà lệnh in ra với biên bản.",
        "To check, run hopnhat verify and compare the two hashes that it prints with the statement.",
    ),
)
"""What follows for whoever keeps or checks a file."""
