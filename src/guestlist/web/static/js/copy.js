// <copy-field> adds Copy beside what is to be taken elsewhere; without script it is selected by hand.
class CopyField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = this.querySelector("button");
    const words = button.textContent;
    input.addEventListener("focus", () => input.select());
    button.hidden = false;
    button.addEventListener("click", async () => {
      input.select();
      await navigator.clipboard.writeText(input.value);
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }
}
customElements.define("copy-field", CopyField);
