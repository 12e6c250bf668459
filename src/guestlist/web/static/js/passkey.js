// <passkey-button> has the browser make a passkey, or sign with one, before its form is posted. Where the server gives no challenge
// the form is posted all the same: the page it answers says why. A browser that cannot do it shows no button.
class PasskeyButton extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    this.hidden = false;
    this.button = this.querySelector("button");
    this.problem = this.querySelector("[role=alert]");
    this.button.addEventListener("click", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  async ask() {
    this.problem.hidden = true;
    this.button.disabled = true;
    try {
      this.querySelector("input").value = await this.answer();
      this.post();
    } catch {
      this.problem.hidden = false;
    }
    this.button.disabled = false;
  }

  async answer() {
    const asked = await fetch(this.dataset.challenge, { method: "POST", body: new FormData(this.button.form) });
    if (!asked.ok || asked.redirected) return "";
    const { publicKey } = await asked.json();
    const credential = this.dataset.act === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    return JSON.stringify(credential);
  }

  post() {
    const form = this.button.form;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: this.button.name, value: this.button.value }));
    form.submit();
  }
}
customElements.define("passkey-button", PasskeyButton);
