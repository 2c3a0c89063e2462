"use strict";
// Keeps the progress of imports up to date, and shows the page anew, with its buttons, when all of them are done.
(function () {
  const EVERY = 1000;
  const SLOWEST = 15000;
  const region = document.getElementById("progress");
  const isFinished = () => !region.querySelector('[data-finished="false"]');
  if (isFinished()) {
    return;
  }
  let wait = EVERY;
  async function look() {
    try {
      const response = await fetch(region.dataset.url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!response.ok || response.redirected) {
        throw new Error(response.statusText);
      }
      const shown = await response.text();
      if (shown !== look.shown) {
        region.innerHTML = shown;
        look.shown = shown;
      }
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, SLOWEST); // the site is busy or restarts
    }
    if (isFinished()) {
      window.location.reload();
      return;
    }
    window.setTimeout(look, wait);
  }
  window.setTimeout(look, wait);
})();
