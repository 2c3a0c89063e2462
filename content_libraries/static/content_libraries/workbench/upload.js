"use strict";
// Forms with files (data-upload): shows how much of the file has been sent, and takes files that are dropped on the form.
(() => {
  const formOf = (event) => event.target.closest?.("form[data-upload]");

  document.addEventListener("htmx:xhr:progress", (event) => {
    const progress = formOf(event)?.querySelector("progress");
    if (progress && event.detail.lengthComputable) {
      progress.hidden = false;
      progress.value = (100 * event.detail.loaded) / event.detail.total;
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const progress = formOf(event)?.querySelector("progress");
    if (progress) {
      progress.hidden = true;
    }
  });

  for (const [name, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      const form = formOf(event);
      if (!form) {
        return;
      }
      event.preventDefault();
      form.classList.toggle("wb-over", isOver);
      if (name === "drop" && event.dataTransfer.files.length) {
        form.querySelector("input[type=file]").files = event.dataTransfer.files;
      }
    });
  }
})();
