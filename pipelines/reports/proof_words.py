"""What a manifest inside the file can and cannot prove, said once: (Vietnamese, English) sentences for page and papers.

What does not belong here: what was found in a particular file (`pipelines.warehouse.verification`).
"""

from typing import Final

PROVES: Final[tuple[tuple[str, str], ...]] = (
    (
        "Từ khi công bố, tệp không bị hỏng và không bị sửa do nhầm lẫn: mỗi bảng có số dòng và mã băm ghi trong "
        "bản kê khai, và cả tệp có mã băm ghi trong tệp .sha256 bên cạnh.",
        "Since publication the file was neither damaged nor changed by accident: the manifest has the row count "
        "and the hash of every table, and the .sha256 beside the file has the hash of the whole.",
    ),
    (
        "Tệp được tạo từ đúng những dữ liệu xuất, bảng tham chiếu, thiết lập, mô hình, quyết định, quy tắc, gói "
        "phần mềm và mã nguồn mà bản kê khai ghi mã băm: ai có các thứ đó đều có thể chạy lại và nhận được cùng mã"
        " băm nội dung.",
        "It was made from the exports, reference data, settings, models, decisions, rules, packages and code whose"
        " hashes the manifest has: whoever holds these can run again and get the same logical hash.",
    ),
    (
        "Dữ liệu trong tệp đạt mọi quy tắc chặn kiểm tra lại được từ tệp: lệnh hopnhat verify không tin kết quả đã"
        " ghi mà kiểm tra lại từng quy tắc.",
        "The rows hold every gate that can be judged from the file: hopnhat verify does not believe the recorded "
        "results, it judges each rule again.",
    ),
)
"""What the manifest and a successful `hopnhat verify` show."""

CANNOT_PROVE: Final[tuple[tuple[str, str], ...]] = (
    (
        "Rằng không ai cố ý sửa tệp: người ghi được tệp có thể sửa cả dữ liệu, bản kê khai và tệp .sha256 cho khớp"
        " nhau.",
        "That nobody changed it on purpose: whoever can write the file can rewrite rows, manifest and .sha256 so "
        "that they agree.",
    ),
    (
        "Ai đã tạo tệp, và bản kê khai có ghi thật hay không: tên và thời điểm chỉ là chữ, không phải chữ ký.",
        "Who made it, and that what the manifest says of its making is true: names and times are text, no "
        "signature.",
    ),
    (
        "Rằng dữ liệu xuất đúng với thực tế: sổ ghi sai thì kho cũng sai.",
        "That the exports were true: where a register is wrong, so is the warehouse.",
    ),
    (
        "Rằng các xã cũ đã nộp đủ: tệp chưa từng được nộp thì không có mã băm nào thiếu.",
        "That the old communes delivered everything: of a file that never came no hash is missing.",
    ),
)
"""What no hash inside a file can show."""

THEREFORE: Final[tuple[tuple[str, str], ...]] = (
    (
        "Vì vậy phải giữ mã băm ở nơi khác: ghi SHA-256 của tệp và mã băm nội dung vào biên bản bàn giao có chữ "
        "ký, và lưu một bản ở tỉnh.",
        "So keep the hashes elsewhere: write the file's SHA-256 and the logical hash on the signed hand-over "
        "statement, and keep a copy at the province.",
    ),
    (
        "Khi kiểm tra, chạy hopnhat verify và so hai mã băm mà lệnh in ra với biên bản.",
        "To check, run hopnhat verify and compare the two hashes that it prints with the statement.",
    ),
)
"""What follows for whoever keeps or checks a file."""
