"use strict";
// Behavior that all pages of the workbench share. Elements ask for it by data attributes; no page has a script inside.
(() => {
  const SHOWN_FOR = 10000;

  // Buttons: data-opens="id" opens a dialog, data-closes="id" closes it, data-dismisses="class" removes what it is in.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-opens], [data-closes], [data-dismisses]");
    if (!button) {
      return;
    }
    const { opens, closes, dismisses } = button.dataset;
    if (opens) {
      document.getElementById(opens).showModal();
    } else if (closes) {
      document.getElementById(closes).close();
    } else {
      button.closest(`.${dismisses}`).remove();
    }
  });

  // Messages of success that offer nothing go by themselves, unless somebody reads them with the pointer or the focus.
  const watchToasts = () => {
    for (const toast of document.querySelectorAll(".wb-toast.wb-success:not([data-watched])")) {
      toast.dataset.watched = "";
      if (!toast.querySelector("form")) {
        const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_FOR) : toast.remove());
        setTimeout(leave, SHOWN_FOR);
      }
    }
  };

  const tellFailure = () => {
    const toast = document.getElementById("failed-toast").content.cloneNode(true);
    document.getElementById("toasts").append(toast);
  };

  // Refusals of the workbench have words for the page, so they are shown. Other errors have pages of their own.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400) {
      event.detail.shouldSwap = xhr.getResponseHeader("X-Workbench") === "1";
      event.detail.isError = !event.detail.shouldSwap;
    }
  });
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:sendError", tellFailure);

  // Buttons may belong to a form that they are not in. htmx does not see those, so their value is added here.
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, triggeringEvent } = event.detail;
    const button = triggeringEvent?.submitter;
    if (button?.name && parameters[button.name] === undefined) {
      parameters[button.name] = button.value;
    }
  });

  // After a whole page has come, the focus goes to what has to be corrected, or to the beginning of the page.
  document.addEventListener("htmx:afterSettle", (event) => {
    watchToasts();
    if (event.detail.target === document.body) {
      const places = ["main .wb-invalid :is(input, select, textarea)", "main .wb-alert[role=alert]", "#main"];
      document.querySelector(places.find((place) => document.querySelector(place))).focus();
    }
  });
  document.addEventListener("DOMContentLoaded", watchToasts);
})();
