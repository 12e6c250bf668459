// <bulk-select> counts ticked rows and lets the box in the head tick them all.
class BulkSelect extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("thead .check")) this.rows.forEach((box) => { box.checked = event.target.checked; });
      this.count();
    });
    this.addEventListener("reset", () => setTimeout(() => this.count()));
    this.addEventListener("htmx:afterSwap", () => this.count());
    this.count();
  }

  get rows() {
    return [...this.querySelectorAll("tbody .check")];
  }

  count() {
    const ticked = this.rows.filter((box) => box.checked).length;
    const all = this.querySelector("thead .check");
    const label = this.querySelector("[data-selected]");
    if (label) label.textContent = label.dataset.selected.replace("{}", ticked);
    if (!all) return;
    all.checked = ticked > 0 && ticked === this.rows.length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
}
customElements.define("bulk-select", BulkSelect);
