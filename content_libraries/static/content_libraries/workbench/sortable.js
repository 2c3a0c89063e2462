"use strict";
// Lists whose items are dragged into another order: data-sortable is the id of the form that saves it.
// Buttons for the keyboard are in the list; they belong to the same form.
(() => {
  let dragged = null;
  const listOf = (element) => element.closest("[data-sortable]");
  const itemOf = (event) => event.target.closest("[data-sortable] > li");

  document.addEventListener("dragstart", (event) => {
    dragged = itemOf(event);
    if (dragged) {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      dragged.classList.add("wb-dragged");
    }
  });
  document.addEventListener("dragover", (event) => {
    let over = itemOf(event);
    while (dragged && over && listOf(over) !== listOf(dragged)) {
      over = over.parentElement.closest("[data-sortable] > li");
    }
    if (!dragged || !over) {
      return;
    }
    event.preventDefault();
    if (over !== dragged) {
      const box = over.getBoundingClientRect();
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
    }
  });
  document.addEventListener("drop", (event) => {
    if (dragged) {
      event.preventDefault();
      document.getElementById(listOf(dragged).dataset.sortable).requestSubmit();
    }
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("wb-dragged");
    dragged = null;
  });
})();
