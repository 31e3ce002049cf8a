"use strict";
/* The waterfall of a pair: how its evidence adds up, entry by entry, to its weight, with the thresholds as lines. */
const waterfall = (() => {
  const LEFT = 8, RIGHT = 410, WIDTH = 520, TOP = 40, PITCH = 40, BAR = 13;
  let drawn = 0;

  /* `steps` with name, weight and total in words and thousandths of a bit; `limits` as [name, value]; `say` the words. */
  function draw(steps, weight, outcome, limits, say, bits) {
    const key = "waterfall-" + ++drawn;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const put = (name, attributes, content) => {
      const made = svg.appendChild(document.createElementNS(svg.namespaceURI, name));
      for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
      made.textContent = content ?? "";
    };
    const words = (kind, x, y, content) => put("text", { class: kind, x: x.toFixed(1), y }, content);
    const line = (kind, x, top, bottom) => put("path", { class: kind, d: `M${x.toFixed(1)} ${top}V${bottom}` });
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
    const told = steps.map((step) => step.name + " " + bits(step.weight, true)).join("; ");
    svg.setAttribute("class", "picture fall");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${bottom + 4}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-labelledby", `${key}-t ${key}-d`);
    put("title", { id: key + "-t" }, say("picture"));
    put("desc", { id: key + "-d" }, `${told}; ${say("sum", bits(weight), outcome)}`);
    line("zero", at(0), TOP, bottom);
    words("h e", WIDTH, 36, say("running"));
    limits.forEach(([label, value], order) => {
      const x = at(value), y = 13 + 16 * order, left = x > WIDTH / 2;
      line("limit", x, y - 10, bottom);
      words(left ? "h e" : "h s", x + (left ? -4 : 4), y, label + " " + bits(value));
    });
    steps.forEach((step, order) => {
      const top = TOP + PITCH * order;
      bar(step.weight >= 0 ? "up" : "down", top, at(step.total - step.weight), at(step.total), step.name, step.weight, step.total);
      line("join", at(step.total), top + 18 + BAR, top + PITCH + 18);
    });
    bar("sum", bottom - PITCH, at(0), at(weight), say("weight_of_pair", outcome), weight, weight);
    return svg;
  }

  return { draw };
})();
