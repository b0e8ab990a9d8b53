// The buttons below an answer: copy, print, save, link, feedback. Only the PDF and feedback ask our own server.
(() => {
  "use strict";
  const reply = (tools, text) => (tools.querySelector(".tool-reply").textContent = text);

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // no clipboard without https: the old way
      const box = Object.assign(document.createElement("textarea"), { value: text, className: "sr-only" });
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }

  function save(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // a name that every file system takes: the question's letters and figures, at most 40 characters
  const fileName = (question, ending) => `${[...(question.match(/[\p{L}\p{N}]+/gu) || ["answer"]).join("-")].slice(0, 40).join("")}.${ending}`;

  function printed(text) {
    const sheet = Object.assign(document.createElement("div"), { id: "print-sheet", textContent: text });
    document.body.append(sheet);
    document.body.classList.add("qa-printing");
    addEventListener("afterprint", () => (sheet.remove(), document.body.classList.remove("qa-printing")), { once: true });
    print();
  }

  const link = (asked) => {
    const query = new URLSearchParams([...asked.history, asked.question].map((question) => ["q", question]));
    query.append("lang", asked.interface);
    return `${location.origin}${location.pathname}?${query}`;
  };

  const send = (path, body) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  async function pdf(asked) {
    const response = await send("api/answer.pdf", asked);
    if (!response.ok) throw new Error(response.statusText);
    save(await response.blob(), fileName(asked.question, "pdf"));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-tool]");
    if (!button) return;
    const group = button.parentElement;
    const tools = group.closest(".tools");
    const says = JSON.parse(group.dataset.replies);
    const asked = JSON.parse(group.dataset.asked);
    switch (button.dataset.tool) {
      case "copy":
        return reply(tools, (await copy(group.dataset.plain)) ? says.copied : says.not_copied);
      case "copy_link":
        return reply(tools, (await copy(link(asked))) ? says.link_copied : says.not_copied);
      case "print":
        return printed(group.dataset.plain);
      case "save_text":
        save(new Blob([group.dataset.markdown], { type: "text/markdown" }), fileName(asked.question, "md"));
        return reply(tools, says.saved);
      case "save_pdf":
        reply(tools, says.saving);
        return reply(tools, await pdf(asked).then(() => says.saved, () => says.not_saved));
    }
  });

  // ---- feedback: a rating opens the note; only "send" sends
  document.addEventListener("click", (event) => {
    const thumb = event.target.closest("[data-rating]");
    if (!thumb) return;
    const form = thumb.closest(".feedback");
    form.querySelectorAll("[data-rating]").forEach((other) => other.setAttribute("aria-pressed", other === thumb));
    form.querySelector(".feedback-more").hidden = false;
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".feedback");
    if (!form) return;
    event.preventDefault();
    const tools = form.closest(".tools");
    const group = tools.querySelector("[data-asked]");
    const says = JSON.parse(group.dataset.replies);
    const rating = Number(form.querySelector('[aria-pressed="true"]').dataset.rating);
    const note = form.elements.note.value;
    try {
      const response = await send("api/feedback", { ...JSON.parse(group.dataset.asked), ...JSON.parse(form.dataset.answer), rating, note });
      if (!response.ok) throw new Error(response.statusText);
      form.remove();
      reply(tools, says.feedback_thanks);
    } catch {
      reply(tools, says.feedback_failed);
    }
  });
})();
