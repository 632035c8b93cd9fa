#!/bin/bash
# Relative links in the documentation lead to files and headings that exist; every page of docs/ is in the table of contents
# of the site; and the site can be made, where mkdocs is installed. EKA is the built eka.
set -euo pipefail
shopt -s lastpipe  # so that what a pipe ends in can count
cd "$(dirname "$0")/.."

passed=0
failed=0
# tell WHAT: passes if there is nothing on standard input.
tell() {
  local found
  found=$(cat)
  if [[ -z $found ]]; then passed=$((passed + 1)); echo "ok: $1"; return; fi
  failed=$((failed + 1))
  echo "NOT OK: $1"
  sed 's/^/    /' <<<"$found"
}

pages=(*.md docs/*.md docs/*/*.md docs/*/*/*.md)

# The anchors of a page: its headings as GitHub and mkdocs write them.
declare -A anchors
for page in "${pages[@]}"; do
  anchors[$page]=$(awk '/^ *```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$page" |
    sed 's/[^a-z0-9 _-]//g; s/ /-/g')
done

# Of a page, "LINE TARGET" for each link, without code.
links_of() {
  awk '
    /^ *```/ { code = !code; next }
    code { next }
    {
      text = $0
      gsub(/`[^`]*`/, "", text)
      while (match(text, /\]\([^) ]+\)/)) {
        print NR, substr(text, RSTART + 2, RLENGTH - 3)
        text = substr(text, RSTART + RLENGTH)
      }
    }' "$1"
}

count=0
for page in "${pages[@]}"; do
  links_of "$page" | while read -r line target; do
    case $target in *://* | mailto:*) continue ;; esac
    count=$((count + 1))
    file=${target%%#*}
    if [[ -z $file ]]; then file=$page; else file=$(realpath -m --relative-to=. "$(dirname "$page")/$file"); fi
    if [[ ! -e $file ]]; then
      echo "$page:$line: there is no $file"
    elif [[ $target == *#* && $file == *.md ]] && ! grep -qFx -- "${target#*#}" <<<"${anchors[$file]:-}"; then
      echo "$page:$line: $file has no heading #${target#*#}"
    fi
  done
done >"${problems:=$(mktemp)}"
((count > 100)) || echo "only $count links were found" >>"$problems"
tell "relative links lead to files and headings that exist ($count links)" <"$problems"
rm -f "$problems"

for page in docs/*.md docs/howto/*.md; do
  grep -qF ": ${page#docs/}" mkdocs.yml || echo "$page is not in mkdocs.yml"
done | tell "every page is in the table of contents of the site"

has_theme() { [[ -d /usr/share/mkdocs/themes/material ]] || python3 -c 'import material' 2>/dev/null; }
if ! command -v mkdocs >/dev/null || ! has_theme; then
  echo "skipped: mkdocs or mkdocs-material is not installed: the site is not made"
elif [[ -z ${EKA:-} ]]; then
  echo "skipped: EKA is not set: the site is not made"
else
  { scripts/book "$EKA" 2>&1 | grep -vx 'build-book/site/index.html' || true; } | tell "the site can be made, without dead links"
  for page in index tutorial howto/mirrors reference/commands reference/configuration reference/json protocol security; do
    [[ -s build-book/site/$page.html ]] || echo "build-book/site/$page.html is missing"
  done | tell "it has all kinds of pages"
  { grep -c 'fresh-eval' build-book/site/search/search_index.json >/dev/null || echo "an option is not found"; } |
    tell "its index for searches has the options"
  { grep -rhoE '(src|href)="https?://[^"]*\.(js|css|woff2?)' build-book/site --include='*.html' || true; } | sort -u |
    tell "it loads nothing from other servers"
fi

echo "links: $passed passed, $failed failed"
((failed == 0))
