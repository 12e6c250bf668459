// <password-field> adds Show, which turns every password of the form, and ticks rules as they are met.
class PasswordField extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    const button = this.querySelector("button");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.toggle(button));
    }
    this.addEventListener("input", () => this.tick());
    this.tick();
  }

  toggle(button) {
    const shown = this.input.type === "password";
    for (const field of this.closest("form").querySelectorAll("password-field input")) field.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  }

  tick() {
    for (const rule of this.closest(".field").querySelectorAll("[data-min]")) {
      rule.classList.toggle("met", [...this.input.value].length >= Number(rule.dataset.min));
    }
  }
}
customElements.define("password-field", PasswordField);
