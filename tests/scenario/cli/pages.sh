#!/bin/bash
# The pages of --timings and `graph --format html` in a real browser: no complaint on the console, nothing loaded, keys that
# work, and the same content without JavaScript. --trace in Chrome's format, and --format svg.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
uri=$SERVE_URL/company.git::server

found() { jq -e "$@" >/dev/null; }
eka plan --timings=run.html --trace run.json "$uri"
equal "the plan succeeds" 0 "$status"
check "the page is written" test -s run.html
at_most "the page is small" 2000000 "$(stat -c %s run.html)"
matches "it names the run" "<h1>eka plan $uri</h1>" "$(cat run.html)"
equal "the trace: events of the format" "" \
  "$(jq -r '.traceEvents[] | select((.ph | IN("X", "M", "C", "i")) and (.ts | type == "number") and .pid == 1 | not)' run.json)"
equal "the trace: nothing has a negative length" 0 "$(jq '[.traceEvents[] | select(.ph == "X" and .dur < 0)] | length' run.json)"
check "the trace: the evaluation" \
  found --arg uri "$uri" '.traceEvents | any(.name == "evaluating" and .args.what == $uri)' run.json
check "the trace: a track for the remote" \
  found --arg url "$SERVE_URL/company.git" '.traceEvents | any(.name == "thread_name" and .args.name == $url)' run.json
eka plan --timings "$uri"
check "without a name: eka-timings.html" test -s eka-timings.html
eka plan --timings=/nowhere/run.html "$uri"
equal "a file that cannot be written: exit code" 1 "$status"
matches "it says so" 'cannot write /nowhere/run.html: No such file or directory' "$err"
eka prefetch --timings=prefetch.html "$uri"
check "prefetch" test -s prefetch.html

eka graph --format html "$uri"
cp "$scratch/out" graph.html
matches "the graph has a title" '<title>Dependencies of server ' "$(cat graph.html)"

# An atom whose place has markup in its name.
evil="$scratch/a\"><img src=x onerror=document.title=1><script>document.title=2<!script>"
mkdir -p "$evil/a" && cd "$evil"
git init -q .
printf '[package]\nlabel = "a"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' >a/atom.toml
echo '{ main = derivation { name = "a"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >a/default.nix
echo 'set.packages = ["a"]' >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x
eka plan --fresh-eval --timings="$scratch/evil.html" "$evil::a"
equal "a hostile place is planned" 0 "$status"
eka graph --format html "$evil::a"
cp "$scratch/out" "$scratch/evil-graph.html"
cd "$scratch"
for page in evil.html evil-graph.html; do
  equal "$page: no element is made of it" 0 "$(grep -ciE '<img|<script>document' "$page" || true)"
done

if command -v dot >/dev/null; then
  eka graph --format svg "$uri"
  matches "--format svg" '<svg ' "$out"
else
  skip "--format svg: Graphviz is not installed"
fi

mkdir bin && ln -s "$(command -v git)" "$(command -v cat)" bin
PATH=$scratch/bin eka graph --format svg "$uri"
equal "without Graphviz: exit code" 1 "$status"
matches "without Graphviz: what to do" 'help: install Graphviz' "$err"

if ! command -v chromium >/dev/null; then
  skip "the pages in a browser: chromium is not installed (scripts/deps test)"
  finish
  exit
fi
browse() { timeout 120 python3 "$here/cli/browser.py" "$@" >"$scratch/browsed" || { cat "$scratch/browsed"; return 1; }; }
silent='{"errors": [], "requests": []}'

for page in run prefetch evil eka-timings; do
  for look in light dark; do
    browse "$look" "open:$page.html" "eval:document.title" 'eval:document.getElementById("found").textContent'
    equal "$page, $look: no complaint, nothing loaded" "$silent" "$(tail -n 1 "$scratch/browsed")"
    matches "$page, $look: the title" '^"Timings of eka ' "$(head -n 1 "$scratch/browsed")"
    matches "$page, $look: the script ran" '^"[0-9]+ rows"$' "$(sed -n 2p "$scratch/browsed")"
  done
done
visible='eval:[...document.querySelectorAll(".row")].filter((row) => row.offsetHeight > 0).length'
browse open:run.html "$visible" key:/ type:company "$visible" key:Escape "$visible" key:+ \
  'eval:document.getElementById("rows").style.getPropertyValue("--zoom")'
mapfile -t said <"$scratch/browsed"
check "the filter hides rows" test "${said[1]}" -lt "${said[0]}"
equal "Escape shows all" "${said[0]}" "${said[2]}"
equal "zoomed" '"2"' "${said[3]}"
browse no-script open:run.html png:noscript.png pdf:run.pdf
equal "without JavaScript: no complaint" "$silent" "$(tail -n 1 "$scratch/browsed")"
equal "printed" "%PDF" "$(head -c 4 run.pdf)"

selected='eval:document.querySelector("#panel h2").textContent'
for look in light dark; do
  browse "$look" open:graph.html "$selected" key:/ type:lib key:Enter "$selected" key:w \
    'eval:[...document.querySelectorAll(".chain li")].map((item) => item.textContent).join(" > ")' \
    key:ArrowLeft "$selected" key:Escape "$selected"
  mapfile -t said <"$scratch/browsed"
  equal "graph, $look: nothing is selected" '"No atom selected"' "${said[0]}"
  matches "graph, $look: search" '^"[^ ]*lib[^ ]* ' "${said[1]}"
  matches "graph, $look: why: a path from the root" '^"server [^ ]+ > .*lib' "${said[2]}"
  check "graph, $look: an arrow key goes to what requires it" test "${said[3]}" != "${said[1]}"
  equal "graph, $look: Escape" '"No atom selected"' "${said[4]}"
  equal "graph, $look: no complaint, nothing loaded" "$silent" "$(tail -n 1 "$scratch/browsed")"
done
browse open:evil-graph.html "$selected" eval:document.title
equal "a hostile place: no complaint" "$silent" "$(tail -n 1 "$scratch/browsed")"
equal "a hostile place: no script of it ran" '"Dependencies of a 1.0.0"' "$(sed -n 2p "$scratch/browsed" | sed -E 's/-dev\.[0-9a-z]+//')"
browse no-script open:graph.html 'eval:1'
equal "graph without JavaScript: no complaint" "$silent" "$(tail -n 1 "$scratch/browsed")"
finish
