// The page works without this: it adds a filter, zoom, sorting and details under the pointer.
"use strict";
(() => {
  const rows = document.getElementById("rows");
  const timeline = document.getElementById("timeline");
  const controls = document.getElementById("controls");
  const tip = document.getElementById("tip");
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");
  const all = [...rows.querySelectorAll(".row")];
  const names = all.map((row) => row.querySelector("bdi").textContent.toLowerCase());
  const order = new Map(all.map((row, place) => [row, place]));
  controls.hidden = false;

  const show = () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    all.forEach((row, i) => {
      const fits = wanted.every((word) => names[i].includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    found.textContent = wanted.length ? `${count} of ${all.length} rows` : `${all.length} rows`;
  };
  filter.addEventListener("input", show);
  show();

  let zoom = 1;
  const zoomTo = (next, at) => {
    const name = 17 * 16;
    const before = (timeline.scrollLeft + at - name) / zoom;
    zoom = Math.min(64, Math.max(1, next));
    rows.style.setProperty("--zoom", zoom);
    timeline.scrollLeft = before * zoom - at + name;
  };
  const middle = () => timeline.clientWidth / 2;
  document.getElementById("in").addEventListener("click", () => zoomTo(zoom * 2, middle()));
  document.getElementById("out").addEventListener("click", () => zoomTo(zoom / 2, middle()));
  timeline.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomTo(zoom * Math.exp(-event.deltaY / 300), event.clientX - timeline.getBoundingClientRect().left);
  }, { passive: false });

  document.getElementById("critical").addEventListener("change", (event) => {
    rows.classList.toggle("critical-only", event.target.checked);
  });
  document.getElementById("sort").addEventListener("change", (event) => {
    const longest = event.target.value === "longest";
    for (const group of rows.querySelectorAll(".lanes")) {
      const sorted = [...group.children].sort((a, b) =>
        longest ? b.dataset.busy - a.dataset.busy : order.get(a) - order.get(b));
      group.append(...sorted);
    }
  });

  // The text under the pointer is that of the title, which would appear late and only with a mouse.
  const place = (bar) => {
    const box = bar.getBoundingClientRect();
    tip.textContent = `${bar.closest(".row").querySelector("bdi").textContent}\n${bar.dataset.text}`;
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
    const below = box.bottom + 6;
    tip.style.top = `${below + tip.offsetHeight > innerHeight ? box.top - tip.offsetHeight - 6 : below}px`;
  };
  rows.addEventListener("pointerover", (event) => {
    const bar = event.target.closest("i");
    if (!bar) {
      tip.hidden = true;
      return;
    }
    if (bar.title) {
      bar.dataset.text = bar.title;
      bar.removeAttribute("title");
    }
    place(bar);
  });
  rows.addEventListener("pointerleave", () => { tip.hidden = true; });
  timeline.addEventListener("scroll", () => { tip.hidden = true; });

  addEventListener("keydown", (event) => {
    if (event.target === filter) {
      if (event.key === "Escape") {
        filter.value = "";
        show();
        filter.blur();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select")) return;
    if (event.key === "/") {
      event.preventDefault();
      filter.focus();
    } else if (event.key === "+" || event.key === "=") {
      zoomTo(zoom * 2, middle());
    } else if (event.key === "-") {
      zoomTo(zoom / 2, middle());
    } else if (event.key === "0") {
      zoomTo(1, 0);
    }
  });
})();
