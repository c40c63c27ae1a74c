
"use strict";

// Entries and links are made when they are looked at: a large text has too many to make them all.
const ENTRIES_A_STEP = 200;

addEventListener("DOMContentLoaded", () => {
  const labels = collect(document.querySelectorAll("mark"));
  const nav = document.querySelector("nav");
  if (labels.length === 0) {
    nav.append(element("p", "No entities."));
    return;
  }
  const groups = labels.map(group);
  nav.append(filter(labels, groups), chosen(), ...groups);
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

function filter(labels, groups) {
  const fields = element("fieldset");
  const hide = markHider();
  fields.append(element("legend", "Show"));
  labels.forEach((label, i) => {
    const box = element("input", "", { type: "checkbox", value: label.name });
    box.checked = true;
    box.addEventListener("change", () => {
      groups[i].hidden = !box.checked;
      hide(labels.filter((_, j) => groups[j].hidden));
    });
    const field = counted("label", ` ${label.name}`, label.count);
    field.prepend(box);
    fields.append(field);
  });
  return fields;
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

function group(label) {
  const made = element("details", "", { class: `group ${label.colour}` });
  made.append(counted("summary", label.name, label.count));
  whenOpened(made, () => {
    const texts = [...label.texts].sort(
      ([text, marks], [other, others]) => others.length - marks.length || (text < other ? -1 : 1),
    );
    inSteps(made, texts, ([text, marks]) => entry(text, marks));
  });
  return made;
}

function entry(text, marks) {
  if (marks.length === 1) {
    const single = element("div", "", { class: "single" });
    single.append(link(marks[0], text));
    return single;
  }
  const made = element("details");
  made.append(counted("summary", text, marks.length));
  const numbered = marks.map((mark, i) => [mark, i + 1]);
  whenOpened(made, () => inSteps(made, numbered, ([mark, i]) => link(mark, String(i))));
  return made;
}

function link(mark, text) {
  const description = `${text}: ${mark.title}`;
  return element("a", text, {
    href: `#${mark.id}`, title: mark.title, "aria-label": description,
  });
}

function whenOpened(details, draw) {
  details.addEventListener("toggle", draw, { once: true });
}

function inSteps(parent, items, draw) {
  const more = element("button", "", { type: "button" });
  let drawn = 0;
  const step = () => {
    const next = items.slice(drawn, drawn + ENTRIES_A_STEP);
    drawn += next.length;
    more.before(...next.map(draw));
    more.textContent = `${items.length - drawn} more`;
    more.hidden = drawn === items.length;
  };
  more.addEventListener("click", step);
  parent.append(more);
  step();
}
