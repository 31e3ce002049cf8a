"use strict";
/* Shows only those rows of a table whose text holds what is typed, marks and case aside. The whole table is printed
   as it is filtered. Nothing is asked of any other machine. */
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  for (const input of document.querySelectorAll("input[data-filters]")) {
    const table = document.getElementById(input.dataset.filters);
    const count = document.getElementById(input.dataset.filters + "-count");
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const texts = rows.map((row) => plain(row.textContent));
    const show = () => {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown + " / " + rows.length;
    };
    input.addEventListener("input", show);
    input.closest("[hidden]")?.removeAttribute("hidden");
    show();
  }
})();
