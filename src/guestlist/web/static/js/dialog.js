// A link with data-dialog opens the [data-sheet] of the page it leads to in a <dialog>. The page is the truth:
// without script, or when anything fails, the browser simply goes there.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const sheet = await load(link.href);
  if (sheet) show(sheet, link.href);
  else location.assign(link.href);
});

async function load(url) {
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-sheet]");
}

function show(sheet, url) {
  const dialog = document.createElement("dialog");
  dialog.className = `dialog ${sheet.dataset.sheet}`;
  dialog.setAttribute("aria-labelledby", "sheet-title");
  if (sheet.dataset.role) dialog.setAttribute("role", sheet.dataset.role);
  if (sheet.dataset.describedby) dialog.setAttribute("aria-describedby", sheet.dataset.describedby);
  for (const form of [sheet, ...sheet.querySelectorAll("form")]) {
    if (form.matches("form") && !form.getAttribute("action")) form.setAttribute("action", url);
  }
  dialog.append(sheet);
  document.body.append(dialog);
  dialog.showModal();
  window.htmx?.process(dialog);
  guard(dialog, sheet.dataset.ask);
}

function guard(dialog, question) {
  let typed = false;
  const mayClose = () => !typed || !question || confirm(question);
  dialog.addEventListener("input", () => { typed = true; }, true); // on the way down: the chips keep it from coming up
  dialog.addEventListener("cancel", (event) => { if (!mayClose()) event.preventDefault(); });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    const close = event.target === dialog || event.target.closest("[data-close]");
    if (!close) return;
    event.preventDefault();
    if (mayClose()) dialog.close();
  });
}
