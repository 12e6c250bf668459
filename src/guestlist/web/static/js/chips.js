// <chips-input> turns the textarea inside it into chips. The textarea stays the form field and always
// holds every address, also the one being typed, so that submitting loses nothing.
const SHOWN = 50;
const split = (text) => (text.match(/"(?:[^"\\]|\\.)*"\s*<[^<>]+>|[^,;\n<>@]*<[^<>]+>|[^\s,;]+/g) ?? []).map((entry) => entry.trim());
const address = (entry) => entry.match(/<([^<>]+)>/)?.[1].trim() ?? entry;

function problem(entry) {
  const [name, domain, ...more] = address(entry).split("@");
  if (domain === undefined) return "noAt";
  if (more.length) return "manyAts";
  return name && /^[^.\s]+(\.[^.\s]+)+$/.test(domain) ? null : "incomplete";
}

class ChipsInput extends HTMLElement {
  connectedCallback() {
    if (this.field) return;
    this.field = this.querySelector("textarea");
    this.template = this.querySelector("template");
    this.errors = this.querySelector("[data-errors]");
    this.status = this.querySelector("[role=status]");
    this.build();
    this.items = split(this.field.value);
    this.draw();
  }

  build() {
    const box = this.template.content.querySelector(".chips").cloneNode(true);
    this.list = box.querySelector("ul");
    this.input = box.querySelector("textarea");
    this.input.id = this.field.id;
    this.input.autofocus = this.field.autofocus;
    this.input.setAttribute("aria-describedby", this.field.getAttribute("aria-describedby") ?? "");
    this.field.removeAttribute("id");
    this.field.hidden = true;
    this.field.before(box);
    this.box = box;

    this.input.addEventListener("input", (event) => this.typed(event));
    this.input.addEventListener("blur", () => this.commit());
    this.input.addEventListener("keydown", (event) => this.inputKey(event));
    this.list.addEventListener("keydown", (event) => this.chipKey(event));
    box.addEventListener("click", (event) => this.clicked(event));
    this.acceptFiles();
  }

  typed(event) {
    event.stopPropagation(); // the preview waits for a whole address
    const text = this.input.value;
    if (/[,;\n]/.test(text) || (/\s$/.test(text) && text.includes("@"))) return this.commit();
    this.sync();
  }

  commit() {
    const found = split(this.input.value);
    this.input.value = "";
    if (!found.length) return;
    this.items.push(...found.filter((entry) => !this.items.includes(entry)));
    this.draw(true);
  }

  inputKey(event) {
    const atStart = !this.input.selectionEnd;
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.commit();
    } else if (event.key === "Backspace" && !this.input.value && this.items.length) {
      event.preventDefault();
      this.edit(this.items.length - 1);
    } else if (event.key === "ArrowLeft" && atStart) {
      this.list.querySelector("li:last-child button")?.focus();
    }
  }

  chipKey(event) {
    const chip = event.target.closest("li");
    const index = Number(chip.dataset.index);
    const focus = (sibling) => (sibling?.querySelector("button") ?? this.input).focus();
    if (event.key === "ArrowLeft") focus(chip.previousElementSibling ?? chip);
    else if (event.key === "ArrowRight") focus(chip.nextElementSibling);
    else if (event.key === "Delete") this.remove(index);
    else if (event.key === "Backspace") this.edit(index);
    else return;
    event.preventDefault();
  }

  clicked(event) {
    const chip = event.target.closest("li");
    if (!chip) return this.input.focus();
    if (event.target.closest("button")) this.remove(Number(chip.dataset.index));
    else if (chip.classList.contains("bad")) this.edit(Number(chip.dataset.index));
  }

  remove(index) {
    this.items.splice(index, index < 0 ? Infinity : 1);
    if (index < 0) this.items = [];
    this.draw(true);
    const next = this.list.querySelector(`[data-index="${Math.max(index, 0)}"] button`);
    (next ?? this.input).focus();
  }

  edit(index) {
    const [entry] = this.items.splice(index, 1);
    this.draw(true);
    this.input.value = entry;
    this.sync();
    this.input.focus();
  }

  draw(changed = false) {
    const wrong = this.items.filter(problem);
    const folded = this.items.length > SHOWN;
    const chips = this.items.map((entry, index) => ({ entry, index })).filter(({ entry }) => !folded || problem(entry));
    const total = folded ? [this.chip(this.say("many", this.items.length), -1)] : [];
    this.list.replaceChildren(...total, ...chips.map(({ entry, index }) => this.chip(entry, index, problem(entry))));
    this.box.classList.toggle("invalid", wrong.length > 0 || (!changed && this.field.hasAttribute("aria-invalid")));
    this.input.toggleAttribute("aria-invalid", wrong.length > 0);
    this.errors.replaceChildren(...wrong.slice(0, 5).map((entry) => this.error(entry)));
    this.status.textContent = this.summary(this.items.length, wrong.length);
    this.sync();
    if (changed) this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  chip(text, index, wrong) {
    const chip = this.template.content.querySelector(wrong ? "li.bad" : "li:not(.bad)").cloneNode(true);
    chip.dataset.index = index;
    chip.querySelector("span").textContent = text;
    chip.querySelector("button").setAttribute("aria-label", this.dataset.remove.replace("{}", text));
    return chip;
  }

  error(entry) {
    const line = this.template.content.querySelector(".error").cloneNode(true);
    line.querySelector("span").textContent = this.dataset[problem(entry)].replace("{}", address(entry));
    return line;
  }

  say(key, number) {
    return this.dataset[number === 1 ? "one" : key].replace("{}", number.toLocaleString(document.documentElement.lang));
  }

  summary(total, wrong) {
    if (!total) return "";
    return this.say("many", total) + (wrong ? `, ${this.dataset.wrong.replace("{}", wrong)}` : "");
  }

  sync() {
    this.field.value = [...this.items, this.input.value.trim()].filter(Boolean).join("\n");
  }

  acceptFiles() {
    const file = this.closest(".field").querySelector("input[type=file]");
    if (!file) return;
    const over = (event) => this.box.classList.toggle("over", event.type === "dragover");
    this.box.addEventListener("dragover", (event) => { event.preventDefault(); over(event); });
    this.box.addEventListener("dragleave", over);
    this.box.addEventListener("drop", (event) => {
      over(event);
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      file.files = event.dataTransfer.files;
      file.dispatchEvent(new Event("change", { bubbles: true }));
    });
    file.addEventListener("change", async () => {
      const text = (await file.files[0]?.text()) ?? "";
      const found = text.match(/[^\s,;"<>@]+@[^\s,;"<>@]+/g)?.length ?? 0;
      this.status.textContent = file.files[0] ? `${this.say("many", found)}: ${file.files[0].name}` : "";
    });
  }
}
customElements.define("chips-input", ChipsInput);
