"use strict";
/* Shows the acts of one commune, kind and outcome, and those whose text holds what is typed, marks and case aside. The
   choice stands in the address behind #, so that a filtered view is a link. Nothing is asked of any other machine. */
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  const form = document.getElementById("filters");
  if (form === null) return;
  const fields = [...form.querySelectorAll("select, input")];
  const rows = [...document.getElementById("acts").tBodies[0].rows];
  const texts = rows.map((row) => plain(row.textContent));
  const count = document.getElementById("acts-count");
  const show = () => {
    const words = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    const chosen = fields.filter((field) => field.name !== "words" && field.value !== "");
    let shown = 0;
    rows.forEach((row, at) => {
      const found = chosen.every((field) => row.dataset[field.name] === field.value);
      row.hidden = !found || !words.every((word) => texts[at].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = shown + " / " + rows.length;
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const value = asked.get(field.name) ?? "";
      // A commune without an act is a choice too: it shows none.
      if (value !== "" && field.options && ![...field.options].some((option) => option.value === value)) {
        field.add(new Option(value, value));
      }
      field.value = value;
    }
    show();
  };
  form.addEventListener("input", () => {
    const told = new URLSearchParams(fields.filter((field) => field.value !== "").map((field) => [field.name, field.value]));
    history.replaceState(null, "", "#" + told);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  form.removeAttribute("hidden");
  read();
})();
