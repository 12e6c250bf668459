// <live-preview data-url="…"> asks the server what the form around it would do, 400 ms after the last change.
const WAIT = 400;
const MAX_FILE = 1_000_000; // a larger file would be sent again with every change; its outcome comes with "Check first"

class LivePreview extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.listener = () => this.later();
    this.form.addEventListener("input", this.listener);
    this.form.addEventListener("change", this.listener);
    if (new FormData(this.form).get("emails")) this.later();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.form.removeEventListener("input", this.listener);
    this.form.removeEventListener("change", this.listener);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), WAIT);
  }

  async load() {
    this.running?.abort();
    this.running = new AbortController();
    const body = new FormData(this.form);
    if (body.get("file")?.size > MAX_FILE) body.delete("file");
    this.setAttribute("aria-busy", "true");
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(this.dataset.url, { method: "POST", body, headers, signal: this.running.signal });
      if (answer.ok) this.show(await answer.text());
      this.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") this.removeAttribute("aria-busy");
    }
  }

  show(html) {
    if (html === this.last) return; // the same answer must not be announced twice
    this.last = html;
    this.innerHTML = html;
    const say = this.form.querySelector("[data-say]");
    if (say) say.textContent = this.querySelector("[data-sum]")?.textContent ?? "";
  }
}
customElements.define("live-preview", LivePreview);
