// <tick-list> finds rows as one types, and lets the box of a group tick all of it. Without script the boxes work: the
// server takes the box of a group as all of the group.
class TickList extends HTMLElement {
  connectedCallback() {
    const filter = this.querySelector(".filter");
    filter.hidden = false;
    filter.addEventListener("input", (event) => this.find(event.target.value.trim().toLowerCase()));
    filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    this.addEventListener("change", (event) => {
      const group = event.target.closest(".tick-group");
      if (group && event.target.name === "group") {
        boxes(group).forEach((box) => { if (!box.closest("label").hidden) box.checked = event.target.checked; });
      }
      this.count();
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
}

function boxes(group) {
  return [...group.querySelectorAll("input:not([name=group])")];
}
customElements.define("tick-list", TickList);
