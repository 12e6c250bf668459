// <copy-field> adds Copy beside what is to be taken elsewhere; without script it is selected by hand.
class CopyField extends HTMLElement {
  connectedCallback() {
    const text = this.querySelector("input, textarea");
    const button = this.querySelector("button");
    const words = button.textContent;
    text.addEventListener("focus", () => text.select());
    button.hidden = false;
    button.addEventListener("click", async () => {
      text.select();
      await navigator.clipboard?.writeText(text.value) ?? document.execCommand("copy"); // plain http has no clipboard
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }
}
customElements.define("copy-field", CopyField);
