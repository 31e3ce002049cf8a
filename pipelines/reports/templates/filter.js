"use strict";
/* Shows only those rows of a table whose text holds what is typed, marks and case aside, and on demand only those that
   failed. A table is printed as it is filtered. Nothing is asked of any other machine. */
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  for (const input of document.querySelectorAll("input[data-filters]")) {
    const id = input.dataset.filters;
    const only = document.querySelector(`input[data-only="${id}"]`);
    const count = document.getElementById(id + "-count");
    const rows = [...document.getElementById(id).tBodies].flatMap((body) => [...body.rows]);
    const texts = rows.map((row) => plain(row.textContent));
    const show = () => {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, at) => {
        const found = words.every((word) => texts[at].includes(word));
        row.hidden = !found || (only !== null && only.checked && !row.classList.contains("failed"));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown + " / " + rows.length;
    };
    input.addEventListener("input", show);
    only?.addEventListener("change", show);
    input.closest("[hidden]")?.removeAttribute("hidden");
    show();
  }
})();
