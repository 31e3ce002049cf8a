"""The words of the activity log: Vietnamese and English for every act, how it ended, and what is told of it."""

from typing import Final

from pipelines.reports.languages import Text

ACTIONS: Final = {
    "receive": Text("nhận tệp", "files received"),
    "run": Text("chạy hợp nhất", "run"),
    "across": Text("đối sánh liên xã", "people of several communes"),
    "publish": Text("công bố", "publication"),
    "promote": Text("đưa lên chính thức", "promotion"),
    "rollback": Text("khôi phục phiên bản", "rollback"),
    "review-export": Text("xuất sổ trường hợp", "cases exported"),
    "review-sample": Text("rút mẫu phúc tra", "clerical sample drawn"),
    "review-import": Text("nhận sổ trả lời", "answers imported"),
    "review-revoke": Text("thu hồi quyết định", "decisions revoked"),
    "review-save": Text("ghi quyết định ra tệp", "decisions saved to a file"),
    "review-replay": Text("nhận quyết định từ tệp", "decisions taken from a file"),
    "export": Text("xuất tệp", "export"),
    "verify": Text("kiểm tra lại", "verification"),
    "purge": Text("dọn dữ liệu cũ", "purge"),
    "key-rotate": Text("thay khóa mã hóa", "key rotation"),
}

STATES: Final = {
    "done": Text("xong", "done"),
    "refused": Text("bị từ chối", "refused"),
    "differs": Text("thấy khác biệt", "found differences"),
    "failed": Text("gặp lỗi", "failed"),
    "running": Text("đang làm", "running"),
    "interrupted": Text("bị ngắt giữa chừng", "interrupted"),
    "unknown": Text("chưa có kết quả", "no outcome yet"),
}

FACTS: Final = {
    "accepted": Text("tệp đã nhận", "files taken"),
    "answers": Text("câu trả lời", "answers"),
    "bytes": Text("số byte", "bytes"),
    "cases": Text("trường hợp", "cases"),
    "damaged": Text("tệp hỏng", "damaged files"),
    "decisions": Text("quyết định", "decisions"),
    "differences": Text("điểm khác", "differences"),
    "duplicates": Text("tệp trùng", "duplicates"),
    "dry_run": Text("chỉ kể, không xóa", "told only"),
    "file": Text("tệp", "file"),
    "files": Text("số tệp", "files"),
    "kept": Text("còn giữ", "kept"),
    "kind": Text("loại", "kind"),
    "logical_hash": Text("mã băm nội dung", "content hash"),
    "older_than": Text("cũ hơn số ngày", "older than days"),
    "pairs": Text("cặp", "pairs"),
    "parcels": Text("thửa đất", "parcels"),
    "people": Text("người", "people"),
    "put_aside": Text("tệp để riêng", "files put aside"),
    "raw_files": Text("tệp thô", "raw files"),
    "reason": Text("lý do", "reason"),
    "receipt": Text("biên nhận", "receipt"),
    "refused_files": Text("tệp không nhận", "files refused"),
    "rows": Text("dòng", "rows"),
    "run": Text("lần chạy", "run"),
    "scratch": Text("thư mục tạm", "scratch folders"),
    "step": Text("ở bước", "at step"),
    "steps": Text("số bước đã xong", "steps made"),
    "to": Text("về bản", "back to"),
    "version": Text("phiên bản", "version"),
    "versions": Text("bản lưu", "kept versions"),
}
