// The list of atoms works without this. It adds the picture, search, folding, paths and keys.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const atoms = data.atoms.map((atom, index) => ({
    index, label: atom.label, version: atom.version, set: atom.set, from: atom.from,
    needs: atom.needs, by: [], folded: false, shown: true, x: 0, y: 0, rank: 0, place: 0,
    text: `${atom.label} ${atom.version}`, low: `${atom.label} ${atom.version} ${data.sets[atom.set].name}`.toLowerCase(),
  }));
  for (const atom of atoms) for (const needed of atom.needs) atoms[needed].by.push(atom.index);
  const roots = data.roots;
  const versions = new Map();
  for (const atom of atoms) {
    const key = `${atom.set}/${atom.label}`;
    versions.set(key, (versions.get(key) || 0) + 1);
  }
  const hasTwins = (atom) => versions.get(`${atom.set}/${atom.label}`) > 1;

  const $ = (id) => document.getElementById(id);
  const [canvas, panel, search, results, color, help] =
    ["canvas", "panel", "search", "results", "color", "help"].map($);
  $("screen").hidden = false;
  $("controls").hidden = false;
  $("list").open = false;
  // Its links select atoms in the picture instead of scrolling to rows.
  for (const row of $("list").querySelectorAll("tr[id]")) row.removeAttribute("id");
  const pen = canvas.getContext("2d");

  // --- where atoms are: columns by distance from the roots, ordered so that few lines cross ---

  const columnWidth = 260, rowHeight = 34, boxWidth = 190, boxHeight = 24;
  let columns = [];

  function reach(from, next) {
    const seen = new Set(from);
    const queue = [...from];
    for (let i = 0; i < queue.length; ++i) {
      for (const other of next(atoms[queue[i]])) {
        if (!seen.has(other)) { seen.add(other); queue.push(other); }
      }
    }
    return seen;
  }

  const needsOf = (atom) => (atom.folded ? [] : atom.needs);
  const byOf = (atom) => atom.by;

  function layout() {
    const seen = reach(roots, needsOf);
    for (const atom of atoms) atom.shown = seen.has(atom.index);
    const visible = atoms.filter((atom) => atom.shown);
    // The longest way from a root, without the edges that close a circle.
    const state = new Uint8Array(atoms.length);
    const sorted = [];
    const forward = new Map();
    const enter = (index, stack) => {
      state[index] = 1;
      forward.set(index, []);
      stack.push({ index, next: 0, needs: needsOf(atoms[index]) });
    };
    for (const root of roots) {
      const stack = [];
      if (!state[root]) enter(root, stack);
      while (stack.length) {
        const step = stack[stack.length - 1];
        if (step.next === step.needs.length) {
          state[step.index] = 2;
          sorted.push(step.index);
          stack.pop();
          continue;
        }
        const needed = step.needs[step.next++];
        if (state[needed] === 1) continue;
        forward.get(step.index).push(needed);
        if (state[needed] === 0) enter(needed, stack);
      }
    }
    for (const atom of visible) atom.rank = 0;
    for (const index of sorted.reverse()) {
      for (const next of forward.get(index)) atoms[next].rank = Math.max(atoms[next].rank, atoms[index].rank + 1);
    }
    columns = [];
    for (const atom of visible) (columns[atom.rank] ||= []).push(atom);
    columns = columns.map((column) => column || []);
    const renumber = (column) => column.forEach((atom, place) => { atom.place = place; });
    columns.forEach(renumber);
    const mean = (list, of) => {
      let sum = 0, count = 0;
      for (const index of list) if (atoms[index].shown) { sum += of(atoms[index]); count += 1; }
      return count ? sum / count : null;
    };
    const arrange = (column, neighbours) => {
      const wish = new Map(column.map((atom) => [atom, mean(neighbours(atom), (other) => other.place) ?? atom.place]));
      column.sort((a, b) => wish.get(a) - wish.get(b));
      renumber(column);
    };
    for (let sweep = 0; sweep < 6; ++sweep) {
      for (let i = 1; i < columns.length; ++i) arrange(columns[i], byOf);
      for (let i = columns.length - 2; i >= 0; --i) arrange(columns[i], needsOf);
    }
    columns.forEach((column, rank) => column.forEach((atom, place) => {
      atom.x = rank * columnWidth;
      atom.y = (place - (column.length - 1) / 2) * rowHeight;
    }));
    // Moves atoms towards their neighbours as far as the order and the distance allow.
    const settle = (column, neighbours) => {
      for (const atom of column) atom.wish = mean(neighbours(atom), (other) => other.y) ?? atom.y;
      const groups = [];
      for (const atom of column) {
        groups.push({ atoms: [atom], sum: atom.wish, y: atom.wish });
        while (groups.length > 1) {
          const [above, below] = groups.slice(-2);
          if (below.y - above.y >= above.atoms.length * rowHeight) break;
          groups.pop();
          above.sum += below.sum - below.atoms.length * above.atoms.length * rowHeight;
          above.atoms.push(...below.atoms);
          above.y = above.sum / above.atoms.length;
        }
      }
      for (const group of groups) group.atoms.forEach((atom, i) => { atom.y = group.y + i * rowHeight; });
    };
    for (let sweep = 0; sweep < 4; ++sweep) {
      for (let i = 1; i < columns.length; ++i) settle(columns[i], byOf);
      for (let i = columns.length - 2; i >= 0; --i) settle(columns[i], needsOf);
    }
  }

  // --- what is drawn ---

  let scale = 1, left = 0, top = 0;  // of the picture: screen = picture * scale + (left, top)
  let selected = null, path = null, pathFrom = null, matches = null;
  let above = new Set(), below = new Set();
  let due = false;

  const style = () => {
    const of = getComputedStyle(document.documentElement);
    const read = (name) => of.getPropertyValue(name).trim();
    return { ground: read("--ground"), raised: read("--raised"), line: read("--line"), text: read("--text"),
      quiet: read("--quiet"), link: read("--link"), mark: read("--mark") };
  };
  let colors = style();
  const hue = (set) => Math.round((set * 137.508 + 210) % 360);
  const colorOf = (atom) => {
    if (color.value === "versions") return hasTwins(atom) ? colors.mark : colors.line;
    return `hsl(${hue(atom.set)} 60% 48%)`;
  };

  function redraw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; draw(); });
  }

  const pathEdges = new Set();
  function edgeStyle(from, to) {
    if (pathEdges.has(`${from.index}/${to.index}`)) return 3;
    if (selected !== null && (from.index === selected || to.index === selected)) return 2;
    if (selected !== null && below.has(from.index) && below.has(to.index)) return 1;
    if (selected !== null && above.has(from.index) && above.has(to.index)) return 1;
    return 0;
  }

  function draw() {
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * left, ratio * top);
    const x0 = -left / scale, y0 = -top / scale, x1 = (width - left) / scale, y1 = (height - top) / scale;
    const groups = [[], [], [], []];
    for (const from of atoms) {
      if (!from.shown || from.folded) continue;
      for (const index of from.needs) {
        const to = atoms[index];
        if (Math.max(from.x, to.x) + boxWidth < x0 || Math.min(from.x, to.x) > x1) continue;
        if (Math.max(from.y, to.y) < y0 - rowHeight || Math.min(from.y, to.y) > y1 + rowHeight) continue;
        groups[edgeStyle(from, to)].push([from, to]);
      }
    }
    const dimmed = selected !== null || path !== null;
    const looks = [[colors.line, 1, dimmed ? .45 : 1], [colors.quiet, 1.2, .9], [colors.link, 1.8, 1], [colors.mark, 3, 1]];
    groups.forEach((edges, look) => {
      if (!edges.length) return;
      pen.strokeStyle = looks[look][0];
      pen.lineWidth = looks[look][1] / Math.min(1, Math.max(scale, .25));
      pen.globalAlpha = looks[look][2];
      pen.beginPath();
      for (const [from, to] of edges) {
        const ax = from.x + boxWidth, bx = to.x, bend = Math.max(30, Math.abs(bx - ax) / 2);
        pen.moveTo(ax, from.y);
        if (scale < .2) pen.lineTo(bx, to.y); else pen.bezierCurveTo(ax + bend, from.y, bx - bend, to.y, bx, to.y);
      }
      pen.stroke();
    });
    pen.globalAlpha = 1;
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    for (const atom of atoms) {
      if (!atom.shown || atom.x + boxWidth < x0 || atom.x > x1 || atom.y + boxHeight < y0 || atom.y - boxHeight > y1) continue;
      const isOn = atom.index === selected || (path && path.includes(atom.index));
      const isNear = selected === null || isOn || above.has(atom.index) || below.has(atom.index);
      const isMatch = matches === null || matches.has(atom.index);
      pen.globalAlpha = isOn || (isNear && isMatch) ? 1 : .3;
      // From afar the color is all that can be seen of an atom.
      const isFar = scale < .28;
      pen.fillStyle = isFar ? colorOf(atom) : colors.raised;
      pen.strokeStyle = isOn ? colors.mark : matches !== null && isMatch ? colors.link : colors.line;
      pen.lineWidth = isOn || (matches !== null && isMatch) ? 2.5 : 1;
      pen.beginPath();
      pen.roundRect(atom.x, atom.y - boxHeight / 2, boxWidth, boxHeight, 5);
      pen.fill();
      pen.stroke();
      if (isFar) continue;
      pen.fillStyle = colorOf(atom);
      pen.fillRect(atom.x + 1, atom.y - boxHeight / 2 + 3, 5, boxHeight - 6);
      pen.fillStyle = colors.text;
      pen.fillText(shortened(atom.text, boxWidth - (atom.folded ? 44 : 20)), atom.x + 12, atom.y + .5);
      if (atom.folded && atom.hidden > 0) {
        pen.fillStyle = colors.quiet;
        pen.fillText(`+${atom.hidden}`, atom.x + boxWidth - 30, atom.y + .5);
      }
    }
    pen.globalAlpha = 1;
  }

  const widths = new Map();
  function shortened(text, room) {
    const key = `${room} ${text}`;
    if (widths.has(key)) return widths.get(key);
    let out = text;
    if (pen.measureText(text).width > room) {
      let length = text.length;
      do { length -= 1; out = `${text.slice(0, length)}…`; } while (length > 1 && pen.measureText(out).width > room);
    }
    widths.set(key, out);
    return out;
  }

  // --- moving around ---

  function fit() {
    const shown = atoms.filter((atom) => atom.shown);
    const xs = shown.map((atom) => atom.x), ys = shown.map((atom) => atom.y);
    const min = (list) => list.reduce((a, b) => Math.min(a, b)), max = (list) => list.reduce((a, b) => Math.max(a, b));
    const [x0, x1, y0, y1] = [min(xs) - 20, max(xs) + boxWidth + 20, min(ys) - 30, max(ys) + 30];
    scale = Math.min(1.2, canvas.clientWidth / (x1 - x0), canvas.clientHeight / (y1 - y0));
    left = (canvas.clientWidth - (x0 + x1) * scale) / 2;
    top = (canvas.clientHeight - (y0 + y1) * scale) / 2;
    redraw();
  }
  function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const next = Math.min(3, Math.max(.02, scale * factor));
    left = x - (x - left) * next / scale;
    top = y - (y - top) * next / scale;
    scale = next;
    redraw();
  }
  function show(index) {
    const atom = atoms[index];
    if (scale < .5) scale = .9;
    const x = atom.x * scale + left, y = atom.y * scale + top;
    if (x < 10 || x + boxWidth * scale > canvas.clientWidth - 10 || y < 20 || y > canvas.clientHeight - 20) {
      left = canvas.clientWidth / 2 - (atom.x + boxWidth / 2) * scale;
      top = canvas.clientHeight / 2 - atom.y * scale;
    }
  }

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
    canvas.classList.add("dragging");
    left += dx;
    top += dy;
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    canvas.classList.remove("dragging");
    if (drag && !drag.moved) {
      const hit = at(event);
      if (event.shiftKey && hit !== null && selected !== null) showPath(selected, hit); else select(hit);
    }
    drag = null;
  });
  canvas.addEventListener("dblclick", (event) => { const hit = at(event); if (hit !== null) fold(hit); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  function at(event) {
    const box = canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - left) / scale, y = (event.clientY - box.top - top) / scale;
    const hit = atoms.find((atom) => atom.shown && x >= atom.x && x <= atom.x + boxWidth && Math.abs(y - atom.y) <= boxHeight / 2);
    return hit ? hit.index : null;
  }

  // --- selection, paths, folding ---

  function shortest(from, to) {
    const before = new Map([[from, null]]);
    const queue = [from];
    for (let i = 0; i < queue.length && !before.has(to); ++i) {
      for (const next of atoms[queue[i]].needs) {
        if (!before.has(next)) { before.set(next, queue[i]); queue.push(next); }
      }
    }
    if (!before.has(to)) return null;
    const chain = [];
    for (let index = to; index !== null; index = before.get(index)) chain.unshift(index);
    return chain;
  }
  function mark(chain) {
    path = chain;
    pathEdges.clear();
    for (let i = 1; chain && i < chain.length; ++i) pathEdges.add(`${chain[i - 1]}/${chain[i]}`);
  }
  function reveal(indices) {
    let changed = false;
    for (const index of indices) {
      if (atoms[index].shown) continue;
      for (const root of roots) {
        for (const step of (shortest(root, index) || []).slice(0, -1)) {
          if (atoms[step].folded) { atoms[step].folded = false; changed = true; }
        }
      }
    }
    if (changed) layout();
  }
  function select(index) {
    selected = index;
    mark(null);
    if (index !== null) {
      reveal([index]);
      above = reach([index], (atom) => atom.by);
      below = reach([index], (atom) => atom.needs);
      show(index);
    }
    if (index !== null && pathFrom !== null && pathFrom !== index) {
      const from = pathFrom;
      pathFrom = null;
      return showPath(from, index);
    }
    describe();
    redraw();
  }
  function showPath(from, to) {
    const chain = shortest(from, to) || shortest(to, from);
    selected = to;
    above = reach([to], (atom) => atom.by);
    below = reach([to], (atom) => atom.needs);
    if (chain) reveal(chain);
    mark(chain);
    show(to);
    describe(chain ? null : `There is no path between ${atoms[from].text} and ${atoms[to].text}.`);
    redraw();
  }
  function why(index) {
    const chains = roots.map((root) => shortest(root, index)).filter(Boolean).sort((a, b) => a.length - b.length);
    if (chains.length) { reveal(chains[0]); mark(chains[0]); }
    describe();
    redraw();
  }
  function fold(index) {
    const atom = atoms[index];
    if (!atom.needs.length) return;
    const before = { x: atom.x, y: atom.y };
    const shownBefore = atoms.filter((other) => other.shown).length;
    atom.folded = !atom.folded;
    layout();
    if (atom.folded) atom.hidden = shownBefore - atoms.filter((other) => other.shown).length;
    left += (before.x - atom.x) * scale;
    top += (before.y - atom.y) * scale;
    describe();
    redraw();
  }

  // --- the panel; all text is set as text, never as markup ---

  function make(tag, text, parent, className) {
    const out = document.createElement(tag);
    if (text) out.textContent = text;
    if (className) out.className = className;
    if (parent) parent.append(out);
    return out;
  }
  function button(text, act, parent, className) {
    const out = make("button", text, parent, className);
    out.type = "button";
    out.addEventListener("click", act);
    return out;
  }
  function link(index, parent) {
    const item = make("li", "", parent);
    const dot = make("span", "", item, "set");
    dot.style.setProperty("--hue", hue(atoms[index].set));
    button(atoms[index].text, () => select(index), item, "go");
  }
  function list(title, indices) {
    make("h3", `${title} (${indices.length})`, panel);
    const out = make("ul", "", panel);
    const most = 60;
    for (const index of indices.slice(0, most)) link(index, out);
    if (indices.length > most) make("li", `and ${indices.length - most} more`, out, "quiet");
  }
  function chainOf(chain) {
    const out = make("ol", "", panel, "chain");
    for (const index of chain) link(index, out);
  }
  function describe(message) {
    panel.replaceChildren();
    if (selected === null) {
      make("h2", "No atom selected", panel);
      make("p", pathFrom === null ? "Click an atom, search with /, or use the arrow keys." : "Select the other end of the path.", panel);
      list(roots.length === 1 ? "Root" : "Roots", roots);
      return;
    }
    const atom = atoms[selected];
    make("h2", atom.text, panel);
    const set = make("p", "", panel, "quiet");
    make("span", "", set, "set").style.setProperty("--hue", hue(atom.set));
    set.append(`${data.sets[atom.set].name || data.sets[atom.set].id.slice(0, 12)}, ${atom.from}`);
    if (message) make("p", message, panel);
    const row = make("div", "", panel, "controls");
    button("Why is this here?", () => why(selected), row);
    button(pathFrom === null ? "Path to…" : "Select the other end", () => {
      pathFrom = pathFrom === null ? selected : null;
      describe();
    }, row);
    if (atom.needs.length) button(atom.folded ? "Unfold" : "Fold", () => fold(selected), row);
    if (path) {
      make("h3", `Path, ${path.length - 1} ${path.length === 2 ? "step" : "steps"}`, panel);
      chainOf(path);
    }
    const twins = atoms.filter((other) => other.set === atom.set && other.label === atom.label && other !== atom);
    if (twins.length) list("Other versions", twins.map((other) => other.index));
    list("Requires", atom.needs);
    list("Required by", atom.by);
    make("h3", "In all", panel);
    make("p", `requires ${below.size - 1} atoms, is required by ${above.size - 1}`, panel);
  }

  // --- search and keys ---

  let found = [], chosen = 0;
  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = words.length ? atoms.filter((atom) => words.every((word) => atom.low.includes(word))) : [];
    matches = words.length ? new Set(found.map((atom) => atom.index)) : null;
    chosen = 0;
    listFound();
    redraw();
  }
  function listFound() {
    results.replaceChildren();
    results.hidden = matches === null;
    if (matches !== null && !found.length) make("li", "no atom matches", results, "quiet");
    found.slice(0, 30).forEach((atom, place) => {
      const item = make("li", `${atom.text} (${data.sets[atom.set].name || "set"})`, results, place === chosen ? "on" : "");
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(atom.index); });
    });
    if (found.length > 30) make("li", `and ${found.length - 30} more`, results, "quiet");
  }
  function choose(index) {
    results.hidden = true;
    matches = null;
    select(index);
    canvas.focus();
  }
  search.addEventListener("input", find);
  search.addEventListener("blur", () => { results.hidden = true; });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found.length) choose(found[chosen].index);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen = Math.max(0, Math.min(found.length - 1, 29, chosen + (event.key === "ArrowDown" ? 1 : -1)));
      listFound();
    }
    if (event.key === "Escape") { search.value = ""; find(); canvas.focus(); }
    event.stopPropagation();
  });

  const nearest = (indices, y) => {
    const shown = indices.filter((index) => atoms[index].shown);
    return shown.length ? shown.reduce((a, b) => (Math.abs(atoms[b].y - y) < Math.abs(atoms[a].y - y) ? b : a)) : null;
  };
  function step(key) {
    if (selected === null) return select(roots[0]);
    const atom = atoms[selected];
    const column = columns[atom.rank] || [];
    const place = column.indexOf(atom);
    const next = key === "ArrowRight" ? nearest(atom.folded ? [] : atom.needs, atom.y)
      : key === "ArrowLeft" ? nearest(atom.by, atom.y)
      : column[place + (key === "ArrowDown" ? 1 : -1)]?.index ?? null;
    if (next !== null) select(next);
  }
  const keys = {
    "/": () => search.focus(),
    f: () => { if (selected !== null) fold(selected); },
    Enter: () => { if (selected !== null) fold(selected); },
    p: () => { pathFrom = pathFrom === null ? selected : null; describe(); },
    w: () => { if (selected !== null) why(selected); },
    Escape: () => { pathFrom = null; search.value = ""; find(); select(null); },
    "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit,
    "?": () => { help.hidden = !help.hidden; },
    ArrowUp: () => step("ArrowUp"), ArrowDown: () => step("ArrowDown"),
    ArrowLeft: () => step("ArrowLeft"), ArrowRight: () => step("ArrowRight"),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    const target = event.target;
    if (target !== document.body && target !== canvas && (event.key === "Enter" || event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    keys[event.key]();
  });
  $("all").addEventListener("click", fit);
  $("help-button").addEventListener("click", () => { help.hidden = !help.hidden; });
  color.addEventListener("change", redraw);
  $("fold-all").addEventListener("click", () => {
    const anyFolded = atoms.some((atom) => atom.folded);
    const distance = new Set(roots);
    for (const atom of atoms) {
      atom.folded = !anyFolded && !distance.has(atom.index) && atom.needs.length > 0;
      atom.hidden = atom.folded ? reach([atom.index], (other) => other.needs).size - 1 : 0;
    }
    layout();
    fit();
    describe();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { colors = style(); redraw(); });
  new ResizeObserver(redraw).observe(canvas);
  const follow = () => {
    const index = Number((location.hash.match(/^#a(\d+)$/) || [])[1]);
    if (!Number.isInteger(index) || index >= atoms.length) return;
    select(index);
    scrollTo(0, 0);
  };
  addEventListener("hashchange", follow);

  layout();
  describe();
  fit();
  follow();
})();
