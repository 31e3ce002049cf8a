"use strict";
/* Browses the groups of rows that the page carries: filters, pages of a list, a group side by side with its evidence.
   All text is set as text; nothing is asked of any other machine. The form stands in browser.html. */
(() => {
  const ON_A_PAGE = 50;
  const SHORTEST_ID = 4;
  const words = JSON.parse(document.getElementById("browser-words").textContent);
  const part = (name) => document.getElementById("browser-" + name);
  const form = part("form"), fields = form.elements, body = part("rows");
  const { textAt, keyAt, stepsOf } = unpacking;
  const opened = new Set();
  let sets = [], groups = [], found = [], page = 0;

  /* ---- words and numbers, in the page's language ---- */

  const say = (key, ...values) => words.say[key].replace(/\{(\d)\}/g, (_, at) => values[at]);
  const word = (dictionary, code) => words[dictionary][code] ?? code;
  const number = (english) => english.replace(/[.,]/g, (sign) => (sign === "," ? words.thousands : words.point));
  const whole = (value) => number(String(value).replace(/\B(?=(\d{3})+$)/g, ","));

  /* Thousandths of a bit, by whole numbers, so that pages and script round alike. */
  function bits(weight, signed) {
    if (weight === null) return "–";
    const tenths = Math.floor((Math.abs(weight) + 50) / 100);
    const sign = tenths === 0 ? "" : weight < 0 ? "−" : signed ? "+" : "";
    return number(sign + Math.floor(tenths / 10) + "." + (tenths % 10));
  }

  function percentage(hundredths) {
    if (hundredths >= 10000) return number(say("above", "99.99%"));
    if (hundredths === 0) return number(say("below", "0.01%"));
    return number(Math.floor(hundredths / 100) + "." + String(hundredths % 100).padStart(2, "0") + "%");
  }

  /* Letters without marks and case, by which names are searched. */
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d")
    .split(/\s+/).filter(Boolean).join(" ");

  function element(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
    made.append(...[content ?? []].flat());
    return made;
  }

  /* ---- what a group says of itself ---- */

  const isOfPeople = (group) => group.set.dataset === "citizens";
  const cell = (group, field, row) => textAt(group.set.field[field], row);
  const nameOfRow = (group, row) => isOfPeople(group)
    ? cell(group, "ho_ten", row)
    : [say("parcel", cell(group, "so_to", row) || "–", cell(group, "so_thua", row) || "–"),
      cell(group, "chu_su_dung", row)].filter(Boolean).join(", ");
  const rowNames = (group) => [...new Set(group.rows.map((row) => nameOfRow(group, row)))];

  function nameOf(group) {
    if (words.kind === "pairs") return rowNames(group).join(" – ");
    if (isOfPeople(group)) return group.name || nameOfRow(group, group.rows[0]);
    return nameOfRow(group, group.rows[0]);
  }

  const namesSought = (group) => (group.bare ??= bare(
    [group.name, ...group.rows.map((row) => cell(group, isOfPeople(group) ? "ho_ten" : "chu_su_dung", row))].join("\n")));
  const fileOf = (group, row) => textAt(group.set.rows.file, row);
  const lineOf = (group, row) => group.set.rows.line[row];
  const placeOf = (group, row) => (fileOf(group, row)
    ? say("place", fileOf(group, row), lineOf(group, row)) : say("no_source"));
  const outcomeOf = (group, row) => say(group.set.rows.kept[row] === 1 ? "kept" : "merged");
  const communesOf = (group) => group.communes.map((code) => word("communes", code)).join(", ");

  /* ---- filters ---- */

  const DEFAULTS = { sort: "weight" };
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value.trim());

  function asked() {
    const state = {};
    for (const field of fields) if (field.name) state[field.name] = valueOf(field);
    return state;
  }

  /* Whether a link has the evidence `field:level`; the level `-` is whatever speaks for two. */
  function hasEvidence(group, [dataset, field, level]) {
    const set = group.set;
    return set.dataset === dataset && group.links.some((link) => set.told[set.links.told[link]].some((kind) => {
      const [ofField, ofLevel, weight] = set.kinds[kind];
      return ofField === field && (level === "-" ? weight < 0 : ofLevel === level);
    }));
  }

  function hasId(group, id) {
    const rows = group.set.rows, short = id.toLowerCase().slice(0, words.id_letters), entity = id.toUpperCase();
    return group.rows.some((row) => rows.id[row].startsWith(short) || textAt(rows.entity, row).startsWith(entity));
  }

  function filterOf(state) {
    const tests = [];
    const when = (value, test) => { if (value) tests.push(test); };
    when(state.dataset, (group) => group.set.dataset === state.dataset);
    when(state.commune, (group) => group.communes.includes(state.commune));
    when(state.across, (group) => group.communes.length > 1);
    when(state.size, (group) => group.rows.length >= Number(state.size));
    when(state.decision, (group) => group.decision === state.decision);
    when(state.reason, (group) => group.case === state.reason);
    const limit = Number(state.below.replace(",", ".")) * 1000;
    when(state.below && !Number.isNaN(limit), (group) => group.weight !== null && group.weight < limit);
    const text = bare(state.text);
    when(text, (group) => namesSought(group).includes(text));
    when(state.id.length >= SHORTEST_ID, (group) => hasId(group, state.id));
    when(state.file, (group) => group.rows.some((row) => fileOf(group, row) === state.file));
    const line = Number(state.line);
    when(line, (group) => group.rows.some(
      (row) => lineOf(group, row) === line && (!state.file || fileOf(group, row) === state.file)));
    const evidence = state.evidence.split(":");
    when(state.evidence, (group) => hasEvidence(group, evidence));
    return (group) => tests.every((test) => test(group));
  }

  const ORDERS = {
    weight: null,
    heaviest: (a, b) => (b.weight ?? -Infinity) - (a.weight ?? -Infinity),
    rows: (a, b) => b.rows.length - a.rows.length,
    commune: (a, b) => (a.communes[0] < b.communes[0] ? -1 : a.communes[0] > b.communes[0] ? 1 : 0),
    name: (a, b) => (a.sorted ??= bare(nameOf(a))).localeCompare((b.sorted ??= bare(nameOf(b)))),
  };

  /* ---- the address: a filtered view, its page and its open groups can be linked ---- */

  const keyOf = (group) => (words.kind === "merges" ? group.entity : group.rows.map((row) => group.set.rows.id[row]).join("+"));

  function addressed() {
    const known = new URLSearchParams();
    for (const [name, value] of Object.entries(asked())) {
      if (value && value !== (DEFAULTS[name] ?? "")) known.set(name, value);
    }
    if (page) known.set("page", page + 1);
    for (const group of opened) known.append("open", keyOf(group));
    history.replaceState(null, "", "#" + known);
    passOn();
  }

  /* The other language shows the same view. */
  function passOn() {
    for (const other of document.querySelectorAll("a[hreflang]")) other.hash = location.hash;
  }

  function readAddress() {
    const hash = decodeURIComponent(location.hash.slice(1));
    const known = new URLSearchParams(hash && !hash.includes("=") ? { id: hash, open: hash } : location.hash.slice(1));
    for (const field of fields) {
      if (!field.name) continue;
      const value = known.get(field.name) ?? DEFAULTS[field.name] ?? "";
      if (field.type === "checkbox") field.checked = value === "1";
      else field.value = value;
    }
    const keys = new Set(known.getAll("open"));
    opened.clear();
    for (const group of groups) if (keys.has(keyOf(group))) opened.add(group);
    page = Math.max((Number(known.get("page")) || 1) - 1, 0);
    passOn();
  }

  /* ---- the list ---- */

  const headers = () => body.parentElement.tHead.rows[0].cells.length;

  /* The heading cell of a group: the button that opens it. */
  function headingOf(group, key) {
    const title = words.kind === "merges" ? group.entity : nameOf(group);
    const button = element("button", title, { type: "button", "aria-expanded": opened.has(group), "aria-controls": key });
    button.addEventListener("click", () => {
      const row = button.closest("tr");
      if (opened.delete(group)) row.nextElementSibling.remove();
      else {
        opened.add(group);
        row.after(detailRow(group, key));
      }
      button.setAttribute("aria-expanded", opened.has(group));
      addressed();
    });
    return element("th", button, { scope: "row", ...(words.kind === "merges" ? { class: "whole" } : {}) });
  }

  const decisionOf = (group) => word("decisions", group.decision) + (group.case ? ": " + word("cases", group.case) : "");

  function rowOf(group) {
    const key = "browser-detail-" + group.set.dataset + "-" + group.nth;
    const row = element("tr", [
      headingOf(group, key),
      ...(words.kind === "merges"
        ? [element("td", nameOf(group)), element("td", whole(group.rows.length), { class: "n" })] : []),
      element("td", bits(group.weight), { class: "n" }),
      element("td", communesOf(group)),
      element("td", decisionOf(group)),
    ]);
    return opened.has(group) ? [row, detailRow(group, key)] : [row];
  }

  function detailRow(group, key) {
    const inner = element("div", detail(group), { class: "inview" });
    return element("tr", element("td", inner, { colspan: headers() }), { class: "detail", id: key });
  }

  function show() {
    const last = Math.max(Math.ceil(found.length / ON_A_PAGE) - 1, 0);
    page = Math.min(page, last);
    const from = page * ON_A_PAGE;
    body.replaceChildren(...found.slice(from, from + ON_A_PAGE).flatMap(rowOf));
    const said = found.length ? say("shown", whole(from + 1), whole(Math.min(from + ON_A_PAGE, found.length))) : say("none");
    part("count").textContent = say("count", whole(found.length), whole(groups.length)) + " " + said;
    part("page").textContent = say("page", whole(page + 1), whole(last + 1));
    for (const button of part("pager").querySelectorAll("button")) {
      const target = { first: 0, before: page - 1, next: page + 1, last }[button.name];
      button.disabled = target === page || target < 0 || target > last;
      button.value = target;
    }
    part("pager").hidden = last === 0;
    body.parentElement.hidden = found.length === 0;
  }

  function search() {
    const state = asked();
    found = groups.filter(filterOf(state));
    const order = ORDERS[state.sort];
    if (order) found.sort(order);
    part("id-hint").hidden = !(state.id && state.id.length < SHORTEST_ID);
    show();
  }

  /* ---- one group side by side ---- */

  function detail(group) {
    const links = [...group.links].sort((a, b) => group.set.links.path[b] - group.set.links.path[a]);
    const shown = links.map((link) => (group.set.links.path[link]
      ? element("div", [element("h3", linkHeading(group, link)), ...evidence(group, link)])
      : element("details", [element("summary", linkHeading(group, link)), ...evidence(group, link)])));
    return [
      element("p", why(group), { class: "told" }),
      ...(group.reason ? [element("p", group.reason, { lang: "vi", class: "quiet" })] : []),
      element("div", [element("div", sideBySide(group), { class: "scroll" }), element("div", shown, { class: "links" })],
        { class: "two" }),
    ];
  }

  function sideBySide(group) {
    const { set, rows } = group;
    const line = (label, texts, keys) => {
      const marks = differing(keys ?? []);
      return element("tr", [element("th", label, { scope: "row" }), ...texts.map((text, at) => marks[at]
        ? element("td", [text, element("span", " (" + say("differs") + ")", { class: "spoken" })], { class: "differs" })
        : element("td", text || say("blank"), text ? {} : { class: "quiet" }))]);
    };
    const filled = set.fields.filter((field) => rows.some((row) => textAt(field, row)));
    const head = rows.map((row, at) => element("th", say("row", at + 1) + (words.kind === "merges"
      ? " (" + outcomeOf(group, row) + ")" : ""), { scope: "col" }));
    return element("table", [
      element("caption", say("side_by_side")),
      element("thead", element("tr", [element("th", say("field"), { scope: "col" }), ...head])),
      element("tbody", [
        ...(words.kind === "merges" ? [] : [line(say("entity"), rows.map((row) => textAt(set.rows.entity, row)))]),
        line(say("commune"), rows.map((row) => word("communes", textAt(set.rows.commune, row)))),
        line(say("file"), rows.map((row) => placeOf(group, row))),
        line(say("record"), rows.map((row) => set.rows.id[row] + "…")),
        ...filled.map((field) => line(
          words.columns[set.dataset][field.name],
          rows.map((row) => textAt(field, row)),
          rows.map((row) => keyAt(field, row)),
        )),
      ]),
    ], { class: "beside" });
  }

  /* Which cells are not what most rows say, all of them when no text is said by more rows; a blank one says nothing. */
  function differing(keys) {
    const counts = new Map();
    for (const key of keys) if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
    if (counts.size < 2) return [];
    const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
    const usual = first[1] > second[1] ? first[0] : null;
    return keys.map((key) => key !== "" && key !== usual);
  }

  const namedSteps = (set, link) => stepsOf(set, link).map((step) => ({
    ...step,
    fieldName: step.field === null ? say("unexplained") : word("fields", step.field),
    levelName: word("levels", step.level),
    name: step.field === null ? say("unexplained")
      : word("fields", step.field) + (step.level ? ": " + word("levels", step.level) : ""),
  }));

  function chance(group, link) {
    const probability = group.set.links.probability[link];
    return probability === null ? "" : say("chance", words.same[group.set.dataset], percentage(probability));
  }

  function rowsOfLink(group, link) {
    const [first, second] = [group.set.links.a[link], group.set.links.b[link]].sort();
    return say("rows_of_link", first + 1, second + 1);
  }

  function linkHeading(group, link) {
    const { links } = group.set;
    const role = words.kind === "pairs" ? "" : say(links.path[link] ? "on_path" : "beside_path");
    return [rowsOfLink(group, link), word("decisions", textAt(links.decision, link)).toLowerCase(),
      say("bits", bits(links.weight[link])), chance(group, link), role].filter(Boolean).join(", ");
  }

  /* The weakest link that holds the group together, and the strongest evidence for and against it. */
  function why(group) {
    const { set } = group;
    const path = group.links.filter((link) => set.links.path[link]);
    const weight = (link) => set.links.weight[link] ?? Infinity;
    const weakest = path.reduce((a, b) => (a === null || weight(b) < weight(a) ? b : a), null);
    if (weakest === null) return say("no_link");
    const steps = namedSteps(set, weakest).filter((step) => step.field !== null && step.field !== "prior");
    const most = (sign) => steps.filter((step) => step.weight * sign > 0)
      .reduce((a, b) => (a === null || b.weight * sign > a.weight * sign ? b : a), null);
    const told = (step) => say("told", step.name, bits(step.weight, true));
    const [forOne, forTwo] = [most(1), most(-1)];
    return [
      say(path.length > 1 ? "weakest_link" : "only_link",
        rowsOfLink(group, weakest).toLowerCase(), bits(set.links.weight[weakest])),
      forOne ? say("for_one", words.same[set.dataset], told(forOne)) : say("nothing_for_one", words.same[set.dataset]),
      forTwo ? say("for_two", words.two[set.dataset], told(forTwo)) : say("nothing_for_two", words.two[set.dataset]),
    ].join(" ");
  }

  function evidence(group, link) {
    const { set } = group;
    const steps = namedSteps(set, link);
    if (steps.length === 0) return [element("p", say("no_evidence"))];
    const head = ["evidence", "comparison", "bit", "running_sum"].map(
      (key, at) => element("th", say(key), { scope: "col", ...(at > 1 ? { class: "n" } : {}) }));
    const rows = steps.map((step) => element("tr", [
      element("th", step.fieldName, { scope: "row" }),
      element("td", step.levelName),
      element("td", bits(step.weight, true), { class: "n" }),
      element("td", bits(step.total), { class: "n" }),
    ]));
    const limits = words.limits[set.dataset];
    const picture = waterfall.draw(steps, set.links.weight[link] ?? 0, chance(group, link), limits, say, bits);
    const figures = element("table", [element("thead", element("tr", head)), element("tbody", rows)]);
    return [picture, element("details", [element("summary", say("figures")), figures])];
  }

  /* ---- on paper: the whole filtered list, a line a group with the places of its rows, open groups in full ---- */

  function printed(group) {
    const row = element("tr", [
      words.kind === "merges"
        ? element("th", group.entity, { scope: "row", class: "whole" }) : element("th", nameOf(group), { scope: "row" }),
      ...(words.kind === "merges"
        ? [element("td", nameOf(group)), element("td", whole(group.rows.length), { class: "n" })] : []),
      element("td", bits(group.weight), { class: "n" }),
      element("td", group.communes.join(", "), { class: "whole" }),
      element("td", group.rows.map((row) => fileOf(group, row) + ":" + lineOf(group, row)).join("; ")),
    ]);
    return opened.has(group) ? [row, detailRow(group, "browser-printed-" + group.set.dataset + group.nth)] : [row];
  }

  function print(onPaper) {
    body.parentElement.classList.toggle("printed", onPaper);
    if (!onPaper) {
      show();
      return;
    }
    body.replaceChildren(...found.flatMap(printed));
    part("count").textContent = [say("count", whole(found.length), whole(groups.length)), ...filtersInForce()].join(" ");
  }

  /* Each filter that is set, as its label and its choice: a printed list says what it is a list of. */
  function filtersInForce() {
    const label = (field) => [...field.labels[0].childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent.trim()).join("");
    return [...fields].filter((field) => field.name && valueOf(field) !== (DEFAULTS[field.name] ?? "")).map((field) => {
      if (field.type === "checkbox") return label(field) + ".";
      return label(field) + ": " + (field.selectedOptions?.[0].text ?? field.value) + ".";
    });
  }

  /* ---- start ---- */

  function option(value, text) {
    return element("option", text, { value });
  }

  function fillChoices() {
    const fill = (name, codes, text) => fields[name]?.append(...codes.map((code) => option(code, text(code))));
    const different = (of) => [...new Set(groups.flatMap(of))].filter(Boolean).sort();
    fill("dataset", sets.filter((set) => set.groups.rows.length).map((set) => set.dataset), (code) => word("datasets", code));
    fill("commune", different((group) => group.communes), (code) => word("communes", code));
    fill("decision", different((group) => group.decision), (code) => word("decisions", code));
    fill("reason", different((group) => group.case), (code) => word("cases", code));
    fill("size", different((group) => group.rows.length).map(Number).filter((size) => size > 2).sort((a, b) => a - b),
      (size) => say("at_least", size));
    fill("file", different((group) => group.rows.map((row) => fileOf(group, row))), (file) => file);
    for (const set of sets) {
      const levels = new Map();
      for (const [field, level] of set.kinds) {
        if (field !== "prior") levels.set(field, (levels.get(field) ?? new Set()).add(level));
      }
      for (const [field, known] of levels) {
        const name = word("datasets", set.dataset) + " – " + word("fields", field);
        const code = set.dataset + ":" + field + ":";
        const against = set.kinds.some(([ofField, , weight]) => ofField === field && weight < 0);
        fields.evidence.append(element("optgroup", [
          ...(against ? [option(code + "-", word("fields", field) + ": " + say("any_against", words.two[set.dataset]))] : []),
          ...[...known].map((level) => option(code + level, word("fields", field) + ": " + word("levels", level))),
        ], { label: name }));
      }
    }
  }

  function listen() {
    let waiting = 0;
    const again = () => {
      page = 0;
      opened.clear();
      search();
      addressed();
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(again, 150);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(again));
    part("pager").addEventListener("click", (event) => {
      if (event.target.tagName !== "BUTTON") return;
      page = Number(event.target.value);
      show();
      addressed();
      part("list").focus();
    });
    window.addEventListener("hashchange", () => {
      readAddress();
      search();
    });
    window.addEventListener("beforeprint", () => print(true));
    window.addEventListener("afterprint", () => print(false));
  }

  async function start() {
    try {
      ({ sets, groups } = await unpacking.carried("browser-data"));
    } catch (problem) {
      part("unsupported").hidden = false;
      throw problem;
    }
    fillChoices();
    readAddress();
    search();
    listen();
    part("all").hidden = false;
    performance.mark("browser-shown");
  }

  start();
})();
