
"use strict";

// Entries and links are made when they are looked at: a large text has too many to make them all.
const ENTRIES_A_STEP = 200;
const FIRST_ENTRIES = 10; // of a label, so that the next is not far

const MEANINGS = {
  PER: "person", ORG: "organisation", LOC: "place", MISC: "other name",
  DAT: "date", TIM: "time", NUM: "number",
  PS: "person", OG: "organisation", LC: "place", DT: "date", TI: "time", QT: "quantity",
  GPE: "country, region or town", NORP: "nationality or group", FAC: "building",
};

addEventListener("DOMContentLoaded", () => {
  const labels = collect(document.querySelectorAll("mark"));
  const nav = document.querySelector("nav");
  nav.append(labels.length === 0 ? element("p", "No entities.") : index(labels));
});

// The labels with their texts and the marks of each, most frequent first; texts that differ only
// in how their letters are composed, or in blanks, are one.
function collect(marks) {
  const labels = new Map();
  for (const mark of marks) {
    const name = mark.dataset.label;
    if (!labels.has(name)) {
      labels.set(name, { name, colour: mark.className, count: 0, texts: new Map() });
    }
    const label = labels.get(name);
    const text = surface(mark);
    label.count += 1;
    label.texts.set(text, label.texts.get(text) ?? []);
    label.texts.get(text).push(mark);
  }
  return [...labels.values()].sort((a, b) => b.count - a.count);
}

function surface(mark) {
  return mark.textContent.normalize("NFC").replace(/\s+/g, " ").trim();
}

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  return made;
}

function counted(name, text, count) {
  const made = element(name, `${text} `);
  made.append(element("span", String(count), { class: "count" }));
  return made;
}

// The list of the entities: open where the window has room for it beside the text.
function index(labels) {
  const made = element("details", "", { class: "index" });
  const hide = markHider();
  const groups = labels.map((label) => group(label, () => {
    hide(labels.filter((_, i) => !groups[i].box.checked));
  }));
  const total = labels.reduce((sum, label) => sum + label.count, 0);
  made.append(counted("summary", "Entities", total), search(groups), chosen());
  made.append(...groups.map((one) => one.made));
  const narrow = matchMedia("(max-width: 52rem)");
  const fit = () => { made.open = !narrow.matches; };
  narrow.addEventListener("change", fit);
  fit();
  return made;
}

// A field that leaves of all lists what has its letters, whatever their case and accents.
function search(groups) {
  const made = element("div", "", { class: "search" });
  const field = element("input", "", {
    type: "search", placeholder: "Search entities", "aria-label": "Search entities",
  });
  const nothing = element("p", "Nothing found.");
  nothing.hidden = true;
  field.addEventListener("input", () => {
    const query = folded(field.value.replace(/\s+/g, " ").trim());
    nothing.hidden = groups.map((one) => one.show(query)).some((count) => count > 0);
  });
  made.append(field, nothing);
  return made;
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// A function that leaves of the marks of some labels their text alone: by rules, in place of a
// change to every mark, since there may be a hundred thousand.
function markHider() {
  const sheet = document.styleSheets[0];
  const own = sheet.cssRules.length;
  return (labels) => {
    while (sheet.cssRules.length > own) {
      sheet.deleteRule(own);
    }
    for (const label of labels) {
      const marks = `mark[data-label="${CSS.escape(label.name)}"]`;
      sheet.insertRule(`${marks} { padding: 0; border: 0; background: none; }`, own);
      sheet.insertRule(`${marks}::after { content: none; }`, own);
    }
  };
}

// Says label and score of the entity that was jumped to or clicked, where nothing hovers.
function chosen() {
  const status = element("output");
  const say = (mark) => {
    status.textContent = mark ? `${surface(mark)}: ${mark.title}` : "";
  };
  addEventListener("hashchange", () => say(document.querySelector("mark:target")));
  document.querySelector("main").addEventListener("click", (event) => {
    say(event.target.closest("mark"));
  });
  return status;
}

// A label: the box that shows its marks, what it means, and its texts, most frequent first.
function group(label, toggled) {
  const made = element("div", "", { class: `group ${label.colour}` });
  const box = element("input", "", { type: "checkbox", value: label.name });
  box.checked = true;
  const field = element("label");
  field.append(box, element("b", ` ${label.name} `));
  if (Object.hasOwn(MEANINGS, label.name)) {
    field.append(element("span", `${MEANINGS[label.name]} `, { class: "meaning" }));
  }
  field.append(element("span", String(label.count), { class: "count" }));
  const list = element("details", "", { class: "texts" });
  list.open = true;
  box.addEventListener("change", () => {
    list.hidden = !box.checked;
    toggled();
  });
  made.append(field, list);
  const texts = [...label.texts].sort(
    ([text, marks], [other, others]) => others.length - marks.length || (text < other ? -1 : 1),
  );
  const show = (query) => {
    const found = query ? texts.filter(([text]) => folded(text).includes(query)) : texts;
    const different = query ? `${found.length} of ${texts.length}` : String(texts.length);
    list.replaceChildren(element("summary", `${different} different`));
    inSteps(list, found, ([text, marks]) => entry(text, marks), FIRST_ENTRIES);
    made.hidden = found.length === 0;
    return found.length;
  };
  show("");
  return { made, box, show };
}

function entry(text, marks) {
  if (marks.length === 1) {
    const single = element("div", "", { class: "single" });
    single.append(link(marks[0], text));
    return single;
  }
  const made = element("details", "", { class: "places" });
  made.append(counted("summary", text, marks.length));
  const draw = () => {
    const numbered = marks.map((mark, i) => [mark, i + 1]);
    inSteps(made, numbered, ([mark, i]) => link(mark, String(i)));
  };
  made.addEventListener("toggle", draw, { once: true });
  return made;
}

function link(mark, text) {
  const description = `${text}: ${mark.title}`;
  return element("a", text, {
    href: `#${mark.id}`, title: mark.title, "aria-label": description,
  });
}

function inSteps(parent, items, draw, first = ENTRIES_A_STEP) {
  const more = element("button", "", { type: "button" });
  let drawn = 0;
  const step = (count) => {
    const next = items.slice(drawn, drawn + count);
    drawn += next.length;
    more.before(...next.map(draw));
    more.textContent = `${items.length - drawn} more`;
    more.hidden = drawn === items.length;
  };
  more.addEventListener("click", () => step(ENTRIES_A_STEP));
  parent.append(more);
  step(first);
}
