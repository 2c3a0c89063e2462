/*
 * What scripts of blocks expect to find around them, in a page that has no origin: no cookies, no storage, no tracking.
 * Only what is missing is given; a site that loads the real thing (CONTENT_LIBRARIES_PREVIEW_SCRIPTS) has it.
 */
(function (page) {
  "use strict";

  function without(name, owner, value) {
    try {
      void owner[name];
    } catch {
      Object.defineProperty(owner, name, { configurable: true, get: () => value, set: () => {} });
    }
  }

  function memoryStorage() {
    const values = new Map();
    return {
      getItem: (name) => (values.has(name) ? values.get(name) : null),
      setItem: (name, value) => values.set(name, String(value)),
      removeItem: (name) => values.delete(name),
      clear: () => values.clear(),
      key: (index) => [...values.keys()][index] ?? null,
      get length() { return values.size; },
    };
  }

  without("cookie", document, "");
  without("localStorage", page, memoryStorage());
  without("sessionStorage", page, memoryStorage());

  function throttle(action, delay, { leading = true, trailing = true } = {}) {
    let waiting = null;
    let latest = null;
    function again() {
      waiting = null;
      if (latest !== null) {
        const run = latest;
        latest = null;
        waiting = setTimeout(again, delay);
        run();
      }
    }
    return function throttled(...args) {
      const run = () => action.apply(this, args);
      if (waiting === null) {
        waiting = setTimeout(again, delay);
        if (leading) {
          run();
          return;
        }
      }
      if (trailing) {
        latest = run;
      }
    };
  }

  /* The parts of jQuery and its UI that Open Responses use. Steps stay in their order, dates are typed. */
  function forOpenResponses(jQuery) {
    const { fn } = jQuery;
    const asItIs = function () { return this; };
    fn.size ??= function () { return this.length; };
    fn.tabs ??= tabs;
    for (const name of ["accordion", "sortable", "disableSelection", "datepicker", "timepicker", "dialog", "tinymce"]) {
      fn[name] ??= asItIs;
    }
    jQuery.datepicker ??= { parseDate: (_format, text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text) };
    page.rewriteStaticLinks ??= (text) => text;
    page.RequireJS ??= { require: loadModules, define: (...definition) => { page.defined = definition; } };
    // Prompts are edited as HTML, in the text area itself.
    page.tinyMCE ??= {
      get: (id) => ({
        getContent: () => document.getElementById(id).value,
        setContent: (text) => { document.getElementById(id).value = text; },
      }),
    };
  }

  function tabs(action, name) {
    const links = this.find("[role=tab] a, ul.editor_tabs a");
    const choose = (number) => {
      this.data("tab", number);
      links.each((index, link) => {
        this.find(link.getAttribute("href")).toggle(index === number);
        page.jQuery(link).closest("li").toggleClass("ui-state-active", index === number);
      });
    };
    if (action === "option" && name === "active") {
      return this.data("tab");
    }
    if (typeof action === "object") {
      links.each((index, link) => {
        link.addEventListener("click", (event) => { event.preventDefault(); choose(index); });
      });
      choose(action.active ?? 0);
    }
    return this;
  }

  /* Scripts that define one module each, one after the other, as require.js would load them. */
  async function loadModules(addresses, use) {
    const modules = [];
    for (const address of addresses) {
      await new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), { src: address });
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
      modules.push(page.defined?.at(-1)());
    }
    use(...modules);
  }

  /* The part of jQuery UI's sliders that players use: an input for a range stands in for the track and its handle. */
  function slider(action, ...rest) {
    const input = this.data("slider-input");
    if (input && (action === "value" || (action === "option" && rest[0] === "value"))) {
      const value = action === "value" ? rest[0] : rest[1];
      if (value === undefined) {
        return Number(input.value);
      }
      input.value = value;
    } else if (input && action === "option") {
      input[rest[0]] = rest[1];
    } else if (action === "destroy") {
      input?.remove();
      this.removeData("slider-input");
    } else if (typeof action === "object") {
      const { min = 0, max = 100, value = min, slide, stop } = action;
      const range = Object.assign(document.createElement("input"), { type: "range", min, max, step: "any", value });
      range.setAttribute("aria-hidden", "true");  // the handle tells of the position
      range.tabIndex = -1;
      const tell = (what) => (event) => what?.call(this[0], event, { value: Number(range.value), handle: range });
      range.addEventListener("input", tell(slide));
      range.addEventListener("change", tell(stop));
      this.append(range).data("slider-input", range);
    }
    return this;
  }

  const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;" };
  const entriesOf = (items) => (Array.isArray(items) ? items.map((value, index) => [index, value]) : Object.entries(items ?? {}));

  page._ ??= {
    bind: (action, self, ...first) => action.bind(self, ...first),
    bindAll: (object, ...names) => {
      names.flat().forEach((name) => { object[name] = object[name].bind(object); });
      return object;
    },
    contains: (items, value) => Object.values(items ?? []).includes(value),
    each: (items, action) => { entriesOf(items).forEach(([key, value]) => action(value, key, items)); return items; },
    escape: (text) => String(text ?? "").replace(/[&<>"'`]/g, (character) => escapes[character]),
    extend: Object.assign,
    filter: (items, test) => Object.values(items ?? []).filter(test),
    find: (items, test) => Object.values(items ?? []).find(test),
    has: (object, key) => Object.hasOwn(object ?? {}, key),
    isArray: Array.isArray,
    isFinite: (value) => value !== null && value !== "" && Number.isFinite(Number(value)),
    isFunction: (value) => typeof value === "function",
    isNumber: (value) => typeof value === "number",
    isString: (value) => typeof value === "string",
    isUndefined: (value) => value === undefined,
    keys: (object) => Object.keys(object ?? {}),
    map: (items, change) => entriesOf(items).map(([key, value]) => change(value, key, items)),
    once: (action) => {
      let result;
      let called = false;
      return function onlyOnce(...args) {
        if (!called) {
          called = true;
          result = action.apply(this, args);
        }
        return result;
      };
    },
    partial: (action, ...first) => (...rest) => action(...first, ...rest),
    throttle,
    mapObject: (object, change) => Object.fromEntries(entriesOf(object).map(([key, value]) => [key, change(value, key)])),
    uniqueId: (() => { let count = 0; return (prefix = "") => `${prefix}${++count}`; })(),
  };

  page.gettext ??= (text) => text;
  page.ngettext ??= (one, many, count) => (count === 1 ? one : many);
  page.interpolate ??= (format, values, named) => (named
    ? format.replace(/%\(\w+\)s/g, (name) => String(values[name.slice(2, -2)]))
    : format.replace(/%s/g, () => String(values.shift())));
  // Formulas stay as their authors wrote them, unless the site loads MathJax.
  page.MathJax ??= {
    Hub: {
      Queue: (...actions) => actions.filter((action) => typeof action === "function").forEach((action) => action()),
      Startup: { signal: { Interest: (action) => action("End") } },
      getAllJax: () => [],
    },
  };
  page.CodeMirror ??= {
    fromTextArea: (area) => ({
      getTextArea: () => area,
      getValue: () => area.value,
      setValue: (text) => { area.value = text; },
      on() {},
      refresh() {},
      save() {},
    }),
  };
  page.Logger ??= { log: () => {}, listen: () => {} };
  page.SR ??= { readText: () => {}, readTexts: () => {}, clear: () => {} };
  page.Collapsible ??= { setCollapsibles: () => {} };
  page.onTouchBasedDevice ??= () => navigator.maxTouchPoints > 0;
  page.edx ??= {};
  page.edx.StringUtils ??= {
    interpolate: (format, values) => format.replace(/{\w+}/g, (name) => String(values[name.slice(1, -1)])),
  };
  page.edx.HtmlUtils ??= {
    HTML: (text) => ({ toString: () => String(text), text: String(text) }),
    ensureHtml: (text) => (typeof text === "object" ? text : { toString: () => page._.escape(text) }),
    setHtml: (element, html) => page.jQuery(element).html(String(html)),
    append: (element, html) => page.jQuery(element).append(String(html)),
    prepend: (element, html) => page.jQuery(element).prepend(String(html)),
    joinHtml: (...parts) => ({ toString: () => parts.map((part) => String(page.edx.HtmlUtils.ensureHtml(part))).join("") }),
    interpolateHtml: (format, values) => ({
      toString: () => page.edx.StringUtils.interpolate(
        String(page.edx.HtmlUtils.ensureHtml(format)),
        page._.mapObject(values, (value) => String(page.edx.HtmlUtils.ensureHtml(value))),
      ),
    }),
  };

  if (page.jQuery) {
    page.$ ??= page.jQuery;
    page.jQuery.postWithPrefix ??= page.jQuery.post;
    page.jQuery.getWithPrefix ??= page.jQuery.get;
    page.jQuery.ajaxWithPrefix ??= page.jQuery.ajax;
    page.jQuery.cookie ??= () => undefined;
    page.jQuery.fn.slider ??= slider;
    // In the platform's jQuery these listen, if they get a function.
    const { load: fetchInto } = page.jQuery.fn;
    page.jQuery.fn.load = function (first, ...rest) {
      return typeof first === "function" ? this.on("load", first) : fetchInto.call(this, first, ...rest);
    };
    page.jQuery.fn.error ??= function (action) { return this.on("error", action); };
    page.jQuery.fn.qtip ??= function () { return this; };  // tips of annotations
    forOpenResponses(page.jQuery);
  }
})(window);
