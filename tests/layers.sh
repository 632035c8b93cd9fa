#!/bin/bash
# House rules of src/, checked from its include graph and its files.
#
#   1. A file includes only from its own layer and from layers below (docs/architecture.md); modules of one layer do not
#      include one another.
#   2. Within a layer, a folder includes only the folders that its README.md names, and of another folder only the headers
#      under "Main headers" of its README. Folders do not include one another in a cycle. A README has at most 20 lines.
#   3. A third-party library is included by one file of the layer that uses it; other files include that file.
#   4. Headers do not include one another in a cycle.
#   5. Only src/cli/output/print.cc writes to standard output and standard error.
#   6. No file is longer than 600 lines, no folder holds more than 25 files.
#   7. Decision records have one form, and each is listed in the index.
#   8. Code above the network and the disk takes time and random numbers from coro::Clock.
#   9. No conditional expression awaits: GCC 12 compiles both branches of it into one.
set -euo pipefail
shopt -s lastpipe  # the last command of a pipe runs in this shell, and can count
cd "$(dirname "$0")/.."

passed=0
failed=0
ok() { passed=$((passed + 1)); echo "ok: $1"; }
wrong() { failed=$((failed + 1)); echo "NOT OK: $1"; sed 's/^/    /'; }
# Reports the check $1: passed if standard input is empty, otherwise failed with that text.
tell() {
  local found
  found=$(cat)
  if [[ -z $found ]]; then ok "$1"; else wrong "$1" <<<"$found"; fi
}

# The lines that do not match $1; none is fine, too.
without() { grep -vE "$1" || true; }

# layer folder may-include…
allowed="
base     base
atom     atom base
coro     coro base
net      net atom coro base
git      git net atom coro base
store    store git net atom coro base
resolve  resolve store git net atom coro base
eval     eval store git net atom coro base
engine   engine resolve eval store git net atom coro base precompiled
cli      cli engine resolve eval store git net atom coro base precompiled
precompiled precompiled base coro
"

# "file<TAB>included" for every #include of src/, with <> or "" kept as written.
includes() {
  grep -rHoE --include='*.h' --include='*.cc' '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]' src |
    sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*/\t/'
}
includes >"${TMPDIR:-/tmp}/eka-includes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/eka-includes.$$"' EXIT
graph=${TMPDIR:-/tmp}/eka-includes.$$

if [[ ! -s $graph ]]; then wrong "there is something to read" <<<"no #include was found under src/"; fi

awk -F'\t' -v allowed="$allowed" '
  BEGIN {
    n = split(allowed, lines, "\n")
    for (i = 1; i <= n; i++) { m = split(lines[i], w, " "); for (j = 2; j <= m; j++) may[w[1], w[j]] = 1; if (m) known[w[1]] = 1 }
  }
  $2 ~ /^"/ {
    split($1, from, "/"); to = $2; gsub(/"/, "", to); split(to, target, "/")
    if (from[2] ~ /\./) {
      # eka re-executes itself as nixec, which main has to tell apart. The library of the fork server is a program, too.
      if (target[1] != "cli" && target[1] != "base" && to !~ "^eval/sandbox/(nixec|fork_server|confinement)\\.h$") print $1 " includes " to ": main may include cli/ and base/ only"
      next
    }
    if (!(from[2] in known)) { print $1 ": the folder has no layer"; next }
    if (to !~ /\//) { print $1 " includes " to ": write the path from src/"; next }
    if (!((from[2], target[1]) in may)) print $1 " includes " to
  }' "$graph" | tell "includes point down"

# Folders: "folder<TAB>other folder" for what a README allows, "folder<TAB>header" for its main headers.
folders=$(find src -mindepth 2 -maxdepth 2 -type d | sed 's|^src/||' | sort)
for folder in $folders; do
  readme=src/$folder/README.md
  [[ -f $readme ]] || { echo "$folder has no README.md"; continue; }
  (($(wc -l <"$readme") <= 20)) || echo "$readme has more than 20 lines"
  grep -q '^Main headers: ' "$readme" || echo "$readme has no line “Main headers: …”"
  grep -q '^May include, of this layer: ' "$readme" || echo "$readme has no line “May include, of this layer: …”"
done | tell "every folder has a README with its purpose"

ticked() { grep "^$1" "$2" 2>/dev/null | grep -o '`[^`]*`' | tr -d '`' || true; }
for folder in $folders; do
  readme=src/$folder/README.md
  ticked 'May include' "$readme" | sed "s|^|may\t$folder\t${folder%%/*}/|"
  if grep -q '^Main headers: every header' "$readme" 2>/dev/null; then printf 'open\t%s\t*\n' "$folder"; fi
  ticked 'Main headers' "$readme" | sed "s|^|open\t$folder\t|"
done >"$graph.folders"
trap 'rm -f "$graph" "$graph.folders"' EXIT
awk -F'\t' '
  FNR == NR { seen[$1, $2, $3]; next }
  $2 ~ /^"/ {
    to = $2; gsub(/"/, "", to)
    m = split($1, f, "/"); n = split(to, g, "/")
    from_folder = m == 4 ? f[2] "/" f[3] : ""
    to_folder = n == 3 ? g[1] "/" g[2] : ""
    if (to_folder == "" || from_folder == to_folder) next
    if (f[2] == g[1] && from_folder != "" && !(("may", from_folder, to_folder) in seen)) print $1 " includes " to ": not in its README"
    if (!(("open", to_folder, "*") in seen) && !(("open", to_folder, g[3]) in seen)) print $1 " includes " to ": not a main header of " to_folder
  }' "$graph.folders" "$graph" | tell "folders include what their READMEs allow, by their main headers"

awk -F'\t' '$1 == "may" { print $2, $3 }' "$graph.folders" | { tsort 2>&1 >/dev/null || true; } | sed 's/^tsort: -: //; s/^tsort: //' |
  tell "folders do not include one another in a cycle"

awk -F'\t' '$2 ~ /^"/ { gsub(/"/, "", $2); print $2 "\t" $1 }' "$graph" | while IFS=$'\t' read -r to from; do
  [[ -f src/$to || $to == *config.h || $to == *_generated.h ]] || echo "$from includes $to, which is not in src/"
done | tell "what is included exists"

# What lies above the wire and the disk asks an interface for time, chance and identity (coro::Clock), so that the
# simulator can answer. disk/ names what a process makes after the process.
{ grep -rnE '(steady|system|high_resolution)_clock::now|steady_timer|random_device|getpid|getrandom|coro::sleep' \
  src/engine src/resolve src/store src/git/remote src/git/wire src/git/object --include='*.h' --include='*.cc' || true; } |
  without '^src/store/disk/' | tell "time and chance come through the clock"

# The command line knows the engine; what lies below the engine it takes from the engine's headers.
awk -F'\t' '$1 ~ /^src\/cli\// && $2 ~ /^"(store|net\/(policy|login|download)|resolve)\// { print $1 " includes " $2 }' "$graph" |
  tell "cli works through the engine"

# library, pattern of its headers, the folders that may include it: in one file each, or in many
while read -r library pattern times folders; do
  [[ -n $library ]] || continue
  awk -F'\t' -v p="^<($pattern)" '$2 ~ p { print $1 }' "$graph" | sort -u |
    awk -F/ -v folders="$folders" -v times="$times" '
      !index(" " folders " ", " " $2 " ") { print $0 " is not in " folders }
      # The file that compiles a header-only library (ASIO_SEPARATE_COMPILATION) is the other half of its wrapper.
      { stem = $0; sub(/\.(h|cc)$/, "", stem); if (!(stem in seen)) { seen[stem]; n[$2]++; files[$2] = files[$2] " " $0 } }
      END { if (times == "once") for (f in n) if (n[f] > 1) print "included by more than one file of " f ":" files[f] }' |
    tell "$library is included where it should be"
done <<'END'
asio asio[./] once coro
libgit2 git2 once git
libcurl curl/ once net
toml++ toml once atom
simdjson simdjson many atom eval cli
icu unicode/ once atom
openssl openssl/ many atom
sqlite sqlite3 many store eval
zlib zlib once git store
libarchive archive once store
CLI11 CLI/ once cli
seccomp seccomp once eval
kernel-seccomp linux/seccomp once eval
END

awk -F'\t' '$2 ~ /^"/ && $1 ~ /\.h$/ { to = $2; gsub(/"/, "", to); from = $1; sub(/^src\//, "", from); if (from != to) print from, to }' \
  "$graph" | { tsort 2>&1 >/dev/null || true; } | sed 's/^tsort: -: //; s/^tsort: //' | tell "headers do not include one another in a cycle"

find src -type f \( -name '*.h' -o -name '*.cc' \) -exec wc -l {} + | awk '$2 != "total" && $1 > 600 { print $2 " has " $1 " lines" }' |
  tell "no file of src/ is over 600 lines"

find src tests bench scripts docs -type f ! -path '*/corpus/*' ! -path '*/vectors/*' | sed 's|/[^/]*$||' | sort | uniq -c | awk '$1 > 25 { print $2 " has " $1 " files" }' |
  tell "no folder holds more than 25 files"

find docs/decisions -mindepth 2 -name '*.md' | while read -r record; do
  file=${record##*/}
  [[ $file =~ ^[0-9]{4}-[a-z0-9-]+\.md$ ]] || echo "$record: the name is not <number>-<title>.md"
  grep -q "^# ${file%%-*}: [A-Z\`]" "$record" || echo "$record: the first line is not \"# ${file%%-*}: <title>\""
  grep -qE '^Date: [0-9]{4}-[0-9]{2}-[0-9]{2}\. Status: (proposed|accepted|superseded).*\.$' "$record" || echo "$record: no date and status"
  grep -qF "(${record#docs/decisions/})" docs/decisions/README.md || echo "$record is missing in docs/decisions/README.md"
done | tell "decision records have number, date, status and an entry in the index"
find docs/decisions -mindepth 1 -name '[0-9]*.md' | sed 's|.*/||; s|-.*||' | sort | uniq -d | tell "numbers of decision records are unique"

# Standard output and standard error have one writer (src/cli/output/print.h). Below it only programs that abort write
# there, and nixec and the fork server, which have no other way to report errors.
grep -rnE --include='*.h' --include='*.cc' \
  'fmt::(v[0-9]+::)?v?print|std::(cout|cerr|clog|puts|printf|fputs|fwrite|putchar|perror|vprintf|fprintf|vfprintf)\b|\b(stdout|stderr|STDOUT_FILENO|STDERR_FILENO)\b|::(printf|fputs|puts|dprintf)\b|^[^/]*::write\([12],' src |
  without '^src/(cli/output/print\.cc|coro/task/(task_group|flight)\.cc|coro/run/watchdog\.cc|eval/sandbox/(confinement|fork_server|launcher|nixec)\.cc|eval/nix/nix_runtime\.cc):' |
  tell "one file writes to standard output and standard error"

find src -name "*.h" | while read -r header; do
  grep -qE '^#pragma once$|^#ifndef EKA_' "$header" || echo "$header"
done | tell "headers are guarded"

# statements PATTERN: what matches in sources without comments, whose lines are joined.
statements() {
  find src tests bench -name '*.h' -o -name '*.cc' | xargs perl -0777 -ne '
    BEGIN { $pattern = shift }
    s{//.*}{}g; s{\s+}{ }g;
    print "$ARGV: $1\n" while /($pattern)/g' "$1"
}
# GCC 12 evaluates both branches.
statements '[^;{}]*\?[^;{}]*\bco_await\b[^;{}]*' | tell "no conditional expression awaits"
# GCC 12 frees what such an initializer holds twice.
statements '(?:[[:alnum:]_>]\{|(?:[=(,]|return) ?\{)[^{};]*\bco_await\b[^;{}]*' | tell "no braced initializer awaits"

echo "layers: $passed passed, $failed failed"
((failed == 0))
