/*
 * Passes messages of a block's editor, which runs in the sandboxed frame of this page, on to the page around this one.
 * Only what editors tell is passed on, and only in the shape that clients know.
 */
(function (page) {
  "use strict";

  const frame = document.querySelector("iframe");
  const events = new Set(["save", "cancel", "error"]);

  function known(message) {
    if (message?.type === "plugin.resize") {
      const { width, height } = message.payload ?? {};
      return { type: "plugin.resize", payload: { width: Number(width), height: Number(height) } };
    }
    if (message?.type === "xblock-event" && events.has(message.eventName)) {
      const { state, message: text, title } = message.data ?? {};
      return { type: "xblock-event", eventName: message.eventName, data: { state, message: text, title } };
    }
    return null;
  }

  page.addEventListener("message", (event) => {
    const message = event.source === frame.contentWindow ? known(event.data) : null;
    if (message === null || page.parent === page) {
      return;
    }
    if (message.type === "plugin.resize") {
      frame.style.height = `${message.payload.height}px`;
    }
    page.parent.postMessage(message, "*");
  });
})(window);
