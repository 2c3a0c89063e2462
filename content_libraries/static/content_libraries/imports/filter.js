"use strict";
// Narrows down the table of a plan.
for (const details of document.querySelectorAll("[data-filter]")) {
  const controls = details.querySelector(".import-filter");
  const action = controls.querySelector("select");
  const text = controls.querySelector("input");
  const status = controls.querySelector("[role=status]");
  const rows = [...details.querySelectorAll("tbody tr")];
  const narrow = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!action.value || row.dataset.action === action.value) && row.textContent.toLowerCase().includes(wanted);
      row.hidden = !fits;
      shown += fits;
    }
    status.textContent = status.dataset.text.replace("{shown}", shown).replace("{total}", rows.length);
  };
  controls.hidden = false;
  action.addEventListener("change", narrow);
  text.addEventListener("input", narrow);
}
