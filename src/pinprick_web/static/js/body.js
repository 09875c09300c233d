"use strict";
/* The body map and the list of boxes are one: a tap on either shows on both. */
document.querySelectorAll("[data-body]").forEach((view) => {
  const boxOf = (id) => view.querySelector(`input[value="${CSS.escape(id)}"]`);
  const show = (box) => view.querySelector(`[data-region="${CSS.escape(box.value)}"]`)?.classList.toggle("chosen", box.checked);
  view.addEventListener("click", (event) => {
    const region = event.target.closest("[data-region]");
    if (!region) return;
    const box = boxOf(region.dataset.region);
    if (!box) return;
    box.checked = !box.checked;
    show(box);
  });
  view.addEventListener("change", (event) => show(event.target));
  view.querySelectorAll("input").forEach(show);
});
