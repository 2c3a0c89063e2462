/*
 * Gives each frame of a page the height that the block in it tells, and tells the page around this one its own.
 */
(function (page) {
  "use strict";

  page.addEventListener("message", (event) => {
    const height = Number(event.data?.type === "plugin.resize" && event.data.payload?.height);
    const frame = [...document.querySelectorAll("iframe")].find((each) => each.contentWindow === event.source);
    if (frame && height > 0) {
      frame.style.height = `${height}px`;
    }
  });

  if (page.parent !== page) {
    new ResizeObserver(() => {
      const { scrollWidth: width } = document.documentElement;
      const height = Math.max(document.body.scrollHeight, 1);
      page.parent.postMessage({ type: "plugin.resize", payload: { width, height } }, "*");
    }).observe(document.body);
  }
})(window);
