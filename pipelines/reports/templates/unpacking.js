"use strict";
/* Unpacks what the page carries (packing.py, browser_data.py) into groups of rows and the links between them. */
const unpacking = (() => {
  function bytesOf(letters) {
    const text = atob(letters.trim());
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  }

  async function carried(id) {
    const bytes = bytesOf(document.getElementById(id).textContent);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return groupsOf(JSON.parse(await new Response(stream).text()));
  }

  /* For each row the place of its text; -1 where there is none. */
  function placesIn(column) {
    let seen = 0;
    column.places = column.back.map((back) => (back < 0 ? -1 : back === 0 ? seen++ : seen - back));
    column.hiddenPlaces = column.hidden === true ? null : new Set(column.hidden);
    return column;
  }

  const textAt = (column, row) => column.texts[column.places[row]] ?? "";

  /* What tells two cells apart: their spelling, or their place among the texts where a part of them is hidden. */
  function keyAt(column, row) {
    const place = column.places[row];
    if (place < 0) return "";
    const hidden = column.hidden === true || column.hiddenPlaces.has(place);
    return hidden ? "#" + place : column.texts[place].normalize("NFC").toLowerCase().split(/\s+/).join(" ");
  }

  /* A group knows where its rows and links stand in the columns of its set; `decision`, `reason` … are read once. */
  function groupsOf(sets) {
    const groups = [];
    for (const set of sets) {
      for (const column of [...set.fields, ...["decision", "reason", "case", "name"].map((name) => set.groups[name]),
        ...["file", "commune", "entity"].map((name) => set.rows[name]), set.links.decision]) placesIn(column);
      set.field = Object.fromEntries(set.fields.map((field) => [field.name, field]));
      let row = 0, link = 0;
      set.groups.rows.forEach((rows, nth) => {
        const links = set.groups.links[nth];
        groups.push({
          set, nth, weight: set.groups.weight[nth],
          rows: Array.from({ length: rows }, (_, at) => row + at),
          links: Array.from({ length: links }, (_, at) => link + at),
          ...Object.fromEntries(["decision", "reason", "case", "name"].map(
            (name) => [name, textAt(set.groups[name], nth)])),
          communes: [...new Set(Array.from({ length: rows }, (_, at) => textAt(set.rows.commune, row + at)))].sort(),
          entity: textAt(set.rows.entity, row),
        });
        row += rows;
        link += links;
      });
    }
    return { sets, groups };
  }

  /* The evidence of a link, step by step, with the sum so far; what it leaves unexplained is a step of its own. */
  function stepsOf(set, link) {
    const steps = [];
    let total = 0;
    for (const kind of set.told[set.links.told[link]]) {
      const [field, level, weight] = set.kinds[kind];
      total += weight;
      steps.push({ field, level, weight, total });
    }
    const sum = set.links.weight[link];
    if (sum !== null && total !== sum) steps.push({ field: null, level: "", weight: sum - total, total: sum });
    return steps;
  }

  return { carried, textAt, keyAt, stepsOf };
})();
