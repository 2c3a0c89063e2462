/*
 * Starts the block of a page, and tells the page around the frame how high it is and what happens in it.
 *
 * Messages: {type: "plugin.resize", payload: {width, height}} and, from editors of blocks,
 * {type: "xblock-event", eventName, data}. They go to whoever frames the page; the page's policy says who may.
 */
(function (page) {
  "use strict";

  const element = document.querySelector(".xblock");

  function tell(message) {
    if (page.parent !== page) {
      page.parent.postMessage(message, "*");
    }
  }

  const runtime = {
    handlerUrl(_element, name, suffix = "", query = "") {
      const base = element.dataset.handlerUrl.replace(/handler_name\/$/, `${encodeURIComponent(name)}/`);
      return base + suffix + (query ? `?${query}` : "");
    },
    notify(eventName, data) {
      tell({ type: "xblock-event", eventName, data });
    },
    children: () => [],
    childMap: () => undefined,
    listenTo() {},
    refreshXBlock: () => page.location.reload(),
  };

  function start() {
    const init = page[element.dataset.init];
    if (typeof init !== "function") {
      return;
    }
    const data = JSON.parse(document.getElementById("xblock-init-args").textContent);
    const block = init.prototype ? new init(runtime, element, data) : init(runtime, element, data) ?? {};
    element.dataset.initialized = "true";
    block.element = element;
  }

  let last = 0;
  function resized() {
    const { scrollWidth: width, scrollHeight: height } = document.documentElement;
    const wanted = Math.max(document.body.offsetHeight, document.body.scrollHeight, 1);
    if (wanted !== last) {
      last = wanted;
      tell({ type: "plugin.resize", payload: { width, height: wanted || height } });
    }
  }

  try {
    start();
  } finally {
    new ResizeObserver(resized).observe(document.body);
    page.addEventListener("load", resized);
    resized();
  }
})(window);
