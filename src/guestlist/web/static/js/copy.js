// <copy-field> adds Copy beside what is to be taken elsewhere; without script it is selected by hand.
class CopyField extends HTMLElement {
  connectedCallback() {
    const text = this.querySelector("textarea");
    const button = this.querySelector("button");
    const words = button.textContent;
    text.addEventListener("focus", () => text.select());
    button.hidden = false;
    button.addEventListener("click", async () => {
      text.select();
      await navigator.clipboard.writeText(text.value);
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }
}
customElements.define("copy-field", CopyField);
