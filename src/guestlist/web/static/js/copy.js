// <copy-button data-value="…" data-done="Copied"> copies and says so; without script the text beside it can be selected.
class CopyButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.value);
      button.textContent = this.dataset.done;
    });
  }
}
customElements.define("copy-button", CopyButton);
