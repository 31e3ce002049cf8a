"use strict";
/* Looks up the pairs of one row in the links that the page carries, and draws the waterfall of the chosen pair: the
   same picture as waterfall.py draws. Nothing is asked of any other machine; all text is set as text. */
(() => {
  const LEFT = 8, RIGHT = 410, WIDTH = 520, TOP = 40, PITCH = 40, BAR = 13;
  const data = JSON.parse(document.getElementById("links").textContent);
  const form = document.getElementById("lookup");
  const list = document.getElementById("lookup-found");
  const shown = document.getElementById("lookup-pair");
  const fields = form.elements;

  function element(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...[content ?? []].flat());
    return made;
  }

  /* Weights are thousandths of a bit; whole numbers, so that both languages round alike. */
  function bits(weight, signed) {
    const tenths = Math.floor((Math.abs(weight) + 50) / 100);
    const sign = tenths === 0 ? "" : weight < 0 ? "−" : signed ? "+" : "";
    return sign + Math.floor(tenths / 10) + "," + (tenths % 10);
  }

  function probability(value) {
    const hundredths = Math.floor(value * 10000 + 0.5);
    if (hundredths >= 10000) return "trên 99,99%";
    if (hundredths === 0) return "dưới 0,01%";
    return Math.floor(hundredths / 100) + "," + String(hundredths % 100).padStart(2, "0") + "%";
  }

  function unpacked(set, link) {
    const [fileA, lineA, fileB, lineB, weight, decision, tail] = link;
    const [idA, idB, codes] = tail.split(":");
    const steps = [];
    let total = 0;
    for (let at = 0; at < codes.length; at += set.width) {
      let kind = 0;
      for (const letter of codes.slice(at, at + set.width)) {
        kind = kind * data.letters.length + data.letters.indexOf(letter);
      }
      const [field, level, step] = set.kinds[kind];
      total += step;
      steps.push({ field, level, weight: step, total });
    }
    if (total !== weight) {
      steps.push({ field: data.unexplained, level: "", weight: weight - total, total: weight });
    }
    const known = set.offset !== null && set.slope !== null;
    const chance = known ? 1 / (1 + 2 ** -(set.offset + set.slope * weight / 1000)) : null;
    return {
      set, steps, weight,
      decision: set.decisions[decision],
      outcome: known ? "xác suất là " + set.one + " " + probability(chance) : "",
      sides: [[fileA, lineA, idA], [fileB, lineB, idB]],
    };
  }

  function place(set, side) {
    const [file, line, id] = side;
    const where = file === null ? "không tìm thấy dòng nguồn" : set.files[file] + ", dòng " + line;
    return where + " (mã " + id + "…)";
  }

  function picture(pair) {
    const space = document.querySelector("svg").namespaceURI;
    const svg = document.createElementNS(space, "svg");
    const put = (name, attributes, content) => {
      const made = svg.appendChild(document.createElementNS(space, name));
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = content ?? "";
    };
    const words = (kind, x, y, content) => put("text", { class: kind, x: x.toFixed(1), y }, content);
    const line = (kind, x, top, bottom) => put("path", { class: kind, d: `M${x.toFixed(1)} ${top}V${bottom}` });
    const { steps, weight } = pair;
    const limits = pair.set.limits;
    const places = [0, weight, ...steps.map((step) => step.total), ...limits.map((limit) => limit[1])];
    const low = Math.min(...places);
    const span = Math.max(Math.max(...places) - low, 1);
    const at = (value) => LEFT + (RIGHT - LEFT) * (value - low) / span;
    const bottom = TOP + PITCH * (steps.length + 1);
    const bar = (kind, top, from, to, name, signed, sum) => {
      words("h", 0, top + 13, name);
      const width = Math.max(Math.abs(to - from), 1).toFixed(1);
      put("rect", { class: kind, x: Math.min(from, to).toFixed(1), y: top + 18, width, height: BAR });
      words("h", Math.max(from, to) + 5, top + 29, bits(signed, true));
      words("h e", WIDTH, top + 29, bits(sum));
    };
    const told = steps.map((step) => step.field + " " + bits(step.weight, true)).join("; ");
    svg.setAttribute("class", "picture fall");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${bottom + 4}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-labelledby", "lookup-t lookup-d");
    put("title", { id: "lookup-t" }, "Chứng cứ cộng lại thành trọng số");
    put("desc", { id: "lookup-d" }, `${told}; cộng ${bits(weight)} bit, ${pair.outcome}`);
    line("zero", at(0), TOP, bottom);
    words("h e", WIDTH, 36, "cộng dồn (bit)");
    limits.forEach(([label, value], order) => {
      const x = at(value), y = 13 + 16 * order, left = x > WIDTH / 2;
      line("limit", x, y - 10, bottom);
      words(left ? "h e" : "h s", x + (left ? -4 : 4), y, label + " " + bits(value));
    });
    steps.forEach((step, order) => {
      const top = TOP + PITCH * order;
      const name = step.level ? step.field + ": " + step.level : step.field;
      bar(step.weight >= 0 ? "up" : "down", top, at(step.total - step.weight), at(step.total), name, step.weight, step.total);
      line("join", at(step.total), top + 18 + BAR, top + PITCH + 18);
    });
    bar("sum", bottom - PITCH, at(0), at(weight), "Trọng số của cặp: " + pair.outcome, weight, weight);
    return svg;
  }

  function table(pair) {
    const head = ["Chứng cứ", "So sánh", "Bit", "Cộng dồn"].map((name) => element("th", name, { scope: "col" }));
    const rows = pair.steps.map((step) => element("tr", [
      element("th", step.field, { scope: "row" }),
      element("td", step.level),
      element("td", bits(step.weight, true), { class: "n" }),
      element("td", bits(step.total), { class: "n" }),
    ]));
    return element("table", [element("thead", element("tr", head)), element("tbody", rows)]);
  }

  function show(pair, button) {
    for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
    const verdict = pair.decision + ", trọng số " + bits(pair.weight) + " bit";
    shown.replaceChildren(
      element("h4", verdict),
      element("p", place(pair.set, pair.sides[0]) + " và " + place(pair.set, pair.sides[1])),
      picture(pair),
      table(pair),
    );
  }

  /* The pairs of all links that match, the heaviest first. */
  function pairsOf(matches) {
    const pairs = [];
    for (const set of data.datasets) {
      for (const link of set.links) {
        if (!matches(set, link)) continue;
        pairs.push(unpacked(set, link));
      }
    }
    return pairs.sort((a, b) => b.weight - a.weight);
  }

  function search(event) {
    event.preventDefault();
    shown.replaceChildren();
    const id = fields.id.value.trim().toLowerCase().slice(0, data.idLetters);
    const [dataset, file] = fields.file.value.split(":").map(Number);
    const line = Number(fields.line.value);
    if (id ? id.length < 4 : !line) {
      list.replaceChildren(element("p", "Hãy ghi số dòng, hoặc ít nhất 4 ký tự đầu của mã bản ghi."));
      return;
    }
    const found = pairsOf(id
      ? (set, link) => link[6].startsWith(id) || link[6].startsWith(id, data.idLetters + 1)
      : (set, link) => set === data.datasets[dataset]
        && ((link[0] === file && link[1] === line) || (link[2] === file && link[3] === line)));
    if (found.length === 0) {
      list.replaceChildren(element("p", "Không có cặp nào của dòng này trong trang: dòng không được gộp với dòng nào, "
        + "không có cặp chờ xem xét hay bị ngăn lại, hoặc vị trí ghi chưa đúng dòng bắt đầu của bản ghi."));
      return;
    }
    const buttons = found.map((pair) => {
      const words = pair.set.name + ": " + pair.sides.map((side) => place(pair.set, side)).join(" – ")
        + "; " + pair.decision + ", " + bits(pair.weight) + " bit";
      const button = element("button", words, { type: "button" });
      button.addEventListener("click", () => show(pair, button));
      return button;
    });
    list.replaceChildren(
      element("p", "Tìm thấy " + found.length + " cặp:"),
      element("ul", buttons.map((button) => element("li", button))),
    );
    show(found[0], buttons[0]);
  }

  data.datasets.forEach((set, dataset) => set.files.forEach((file, at) => {
    fields.file.append(element("option", file + " (" + set.name + ")", { value: dataset + ":" + at }));
  }));
  form.addEventListener("submit", search);
  form.hidden = data.datasets.length === 0;
})();
