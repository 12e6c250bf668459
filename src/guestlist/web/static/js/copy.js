// <copy-field> adds Copy to a text that is shown to be taken along.
class CopyField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = this.querySelector("button");
    button.hidden = false;
    input.addEventListener("focus", () => input.select());
    button.addEventListener("click", async () => {
      input.select();
      await navigator.clipboard?.writeText(input.value) ?? document.execCommand("copy"); // plain http has no clipboard
      button.textContent = button.dataset.done;
    });
  }
}
customElements.define("copy-field", CopyField);
