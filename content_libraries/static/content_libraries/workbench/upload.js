"use strict";
// Forms with data-upload: take a file that is dropped on them and upload it at once, and show how much has been sent.
(() => {
  const formOf = (event) => event.target.closest?.("form[data-upload]");

  document.addEventListener("dragover", (event) => {
    const form = formOf(event);
    if (form && event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      form.classList.add("wb-over");
    }
  });
  document.addEventListener("dragleave", (event) => formOf(event)?.classList.remove("wb-over"));
  document.addEventListener("drop", (event) => {
    const form = formOf(event);
    if (form && event.dataTransfer.files.length) {
      event.preventDefault();
      form.classList.remove("wb-over");
      form.querySelector("input[type=file]").files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });

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
})();
