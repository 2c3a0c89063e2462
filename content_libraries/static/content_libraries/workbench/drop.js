"use strict";
// Forms with data-drop take a file that is dropped on them, and upload it at once.
(() => {
  const formOf = (event) => event.target.closest("form[data-drop]");
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
})();
