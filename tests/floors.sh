#!/bin/bash
# The shape of the house, as a test: reads the include graph of src/ and says what points the wrong way.
#
#   1. A file includes only from its own folder and from the floors below (docs/architecture.md); peers on a floor do
#      not know one another.
#   2. A third-party library is let in by one file of the folder that has to do with it, which says what we made of it;
#      everybody else includes that.
#   3. Headers do not include one another in a circle.
#   4. No file is longer than 800 lines.
set -euo pipefail
shopt -s lastpipe  # so that what a pipe ends in can count
cd "$(dirname "$0")/.."

passed=0
failed=0
ok() { passed=$((passed + 1)); echo "ok: $1"; }
wrong() { failed=$((failed + 1)); echo "NOT OK: $1"; sed 's/^/    /'; }
# Tells of the check $1: fine when nothing arrives on standard input, else that is what is wrong.
tell() {
  local found
  found=$(cat)
  if [[ -z $found ]]; then ok "$1"; else wrong "$1" <<<"$found"; fi
}

# floor folder may-include…
allowed="
error    error
atom     atom error
coro     coro error
git      git atom coro error
store    store git atom coro error
resolve  resolve store git atom coro error
eval     eval store git atom coro error
engine   engine resolve eval store git atom coro error
cli      cli engine resolve eval store git atom coro error
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
      # eka re-executes itself as nixec, which main has to tell apart.
      if (target[1] != "cli" && to != "eval/nixec.h") print $1 " includes " to ": main knows cli/ only"
      next
    }
    if (!(from[2] in known)) { print $1 ": the folder has no floor"; next }
    if (to !~ /\//) { print $1 " includes " to ": write the path from src/"; next }
    if (!((from[2], target[1]) in may)) print $1 " includes " to
  }' "$graph" | tell "includes point down"

awk -F'\t' '$2 ~ /^"/ { gsub(/"/, "", $2); print $2 "\t" $1 }' "$graph" | while IFS=$'\t' read -r to from; do
  [[ -f src/$to || $to == *config.h || $to == *_generated.h ]] || echo "$from includes $to, which is not in src/"
done | tell "what is included exists"

# library, pattern of its headers, the folders that may let it in: once each, or wherever they like (many)
while read -r library pattern times folders; do
  [[ -n $library ]] || continue
  awk -F'\t' -v p="^<($pattern)" '$2 ~ p { print $1 }' "$graph" | sort -u |
    awk -F/ -v folders="$folders" -v times="$times" '
      !index(" " folders " ", " " $2 " ") { print $0 " is not in " folders }
      # The file that compiles a header-only library (ASIO_SEPARATE_COMPILATION) is the other half of its wrapper.
      { stem = $0; sub(/\.(h|cc)$/, "", stem); if (!(stem in seen)) { seen[stem]; n[$2]++; files[$2] = files[$2] " " $0 } }
      END { if (times == "once") for (f in n) if (n[f] > 1) print "let in by more than one file of " f ":" files[f] }' |
    tell "$library enters where it should"
done <<'END'
asio asio[./] once coro
libgit2 git2 once git
libcurl curl/ once git
toml++ toml once atom
simdjson simdjson many atom eval cli
icu unicode/ once atom
openssl openssl/ once atom
sqlite sqlite3 many store eval
zlib zlib once git store
libarchive archive once store
CLI11 CLI/ once cli
seccomp (seccomp|linux/seccomp) once eval
END

awk -F'\t' '$2 ~ /^"/ && $1 ~ /\.h$/ { to = $2; gsub(/"/, "", to); from = $1; sub(/^src\//, "", from); if (from != to) print from, to }' \
  "$graph" | { tsort 2>&1 >/dev/null || true; } | sed 's/^tsort: -: //; s/^tsort: //' | tell "headers make no circle"

find src -type f \( -name '*.h' -o -name '*.cc' \) -exec wc -l {} + | awk '$2 != "total" && $1 > 800 { print $2 " has " $1 " lines" }' |
  tell "no file of src/ is over 800 lines"

find src -name "*.h" | while read -r header; do
  grep -q '^#pragma once$' "$header" || echo "$header"
done | tell "headers are guarded"

echo "floors: $passed passed, $failed failed"
((failed == 0))
