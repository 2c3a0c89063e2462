"use strict";
// Proposes values for text inputs, from the page that "data-proposals" names, while one types.
document.addEventListener("DOMContentLoaded", () => {
  const PAUSE = 200;
  for (const input of document.querySelectorAll("input[data-proposals]")) {
    const list = document.createElement("datalist");
    list.id = `${input.id}_proposals`;
    input.after(list);
    input.setAttribute("list", list.id);
    let asked = null;
    let timer = 0;
    const propose = async () => {
      const text = input.value.trim();
      if (text === asked) {
        return;
      }
      asked = text;
      const address = `${input.dataset.proposals}?q=${encodeURIComponent(text)}`;
      const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!response.ok || response.redirected || text !== asked) {
        return;
      }
      const { proposals } = await response.json();
      list.replaceChildren(...proposals.map(({ value, label }) => new Option(label, value)));
    };
    const later = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(propose, PAUSE);
    };
    input.addEventListener("focus", later);
    input.addEventListener("input", later);
  }
});
