// <tick-list> finds rows as one types, lets the box of a group tick all of it, and names what is ticked on the control that
// folds it. Without script the boxes work: the server takes the box of a group as all of the group.
class TickList extends HTMLElement {
  connectedCallback() {
    const filter = this.querySelector(".filter");
    if (filter) showFilter(filter, (words) => this.find(words));
    this.addEventListener("change", (event) => {
      const group = event.target.closest(".tick-group");
      if (group && event.target.name === "group") {
        boxes(group).forEach((box) => { if (!box.closest("label").hidden) box.checked = event.target.checked; });
      }
      this.count();
      this.name();
    });
    this.count();
  }

  get groups() {
    return [...this.querySelectorAll(".tick-group")];
  }

  find(words) {
    for (const group of this.groups) {
      const about = group.querySelector(".all")?.textContent ?? "";
      for (const box of boxes(group)) {
        const row = box.closest("label");
        row.hidden = !`${about} ${row.textContent}`.toLowerCase().includes(words);
      }
      group.hidden = boxes(group).every((box) => box.closest("label").hidden);
    }
    this.querySelector("[data-none]").hidden = this.groups.some((group) => !group.hidden);
  }

  count() {
    for (const group of this.groups) {
      const all = group.querySelector("[name=group]");
      if (!all) continue;
      const ticked = boxes(group).filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes(group).length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
  }

  name() {
    const held = this.closest("details")?.querySelector("[data-held]");
    if (!held) return;
    const ticked = boxes(this).filter((box) => box.checked).map((box) => box.closest("label").querySelector("b").textContent);
    held.textContent = ticked.length ? `: ${ticked.join(", ")}` : "";
  }
}

// <find-option> narrows a long dropdown as one types; what is chosen stays.
class FindOption extends HTMLElement {
  connectedCallback() {
    const [filter, select] = [this.querySelector("input"), this.querySelector("select")];
    if (!filter) return;
    const options = [...select.options];
    showFilter(filter, (words) => {
      select.replaceChildren(...options.filter((each) => each.selected || !each.value || each.text.toLowerCase().includes(words)));
    });
  }
}

function showFilter(filter, find) {
  filter.hidden = false;
  filter.addEventListener("input", (event) => find(event.target.value.trim().toLowerCase()));
  filter.addEventListener("change", (event) => event.stopPropagation()); // the form was not changed
  filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

function boxes(group) {
  return [...group.querySelectorAll("[type=checkbox]:not([name=group])")];
}
customElements.define("tick-list", TickList);
customElements.define("find-option", FindOption);
