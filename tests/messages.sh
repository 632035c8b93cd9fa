#!/bin/bash
# The form of error messages, checked in the golden files of the tests and in the string literals of src/.
#
#   error: <what failed>: <why>      starts in lower case, no full stop, at most 200 characters; more lines are indented
#     while <operation>              innermost first
#     help: <what to do>             at most 200 characters
set -euo pipefail
shopt -s lastpipe  # so that tell, at the end of a pipeline, counts in this shell
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

golden=$(find tests -name '*.txt' -exec grep -l '^error: ' {} +)
if [[ -z $golden ]]; then echo "no golden file was found" | tell "there are golden files"; fi

awk '
  function wrong(why) { print FILENAME ":" FNR ": " why ": " $0 }
  FNR == 1 { state = "" }
  /^\$ / { state = ""; next }
  /^(error|warning|note): / {
    text = $0; sub(/^[a-z]+: /, "", text)
    if (text ~ /^[A-Z][a-z]/) wrong("starts with a capital")
    if (text ~ /[^.]\.$/) wrong("ends with a full stop")
    if (length(text) > 200) wrong("longer than 200 characters")
    state = "message"; next
  }
  /^  while / { if (state != "message" && state != "while") wrong("context in the wrong place"); state = "while"; next }
  /^  help: / {
    if (state != "message" && state != "while") wrong("help in the wrong place")
    if (length($0) > 208) wrong("longer than 200 characters")
    if ($0 ~ /[^.]\.$/) wrong("ends with a full stop")
    state = "help"; next
  }
  /^       / || /^$/ { if (state == "") wrong("continues nothing"); next }
  { wrong("not part of a message") }
' $golden | tell "golden messages have the form of messages"

# Archaic or personifying phrases, and what to write instead.
phrases='([^e]|[^r]e) is no |is none of|are no |to be had|is meant|is wanted|tells of|must do|nobody|vouch|honest|whoever|whose word|ended without a word|of its own making|does not go together|stands here|gives us|sent us|asks us|say so with|say another|asks (for|to)|goes on|believe|speaks|meant\?'
grep -rnoE --include='*.cc' --include='*.h' '"([^"\\]|\\.)*"' src | grep -vE '^[^:]*:[0-9]+:"[^" ]*"$' |
  { grep -E ":\"[^\"]*($phrases)" || true; } | tell "messages use plain English"

echo "messages: $passed passed, $failed failed"
((failed == 0))
