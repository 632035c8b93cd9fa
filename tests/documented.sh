#!/bin/bash
# The tables of attacks, faults and limits name the tests that prove them: every row names at least one, and each exists.
# Environment variables are in the manual.
#
# In the column of tests, `tests/…`, `name_test.cc` and `name.sh` are files, and any other word in backticks is a scenario
# or a fuzz target. Words in double quotes are part of the name of a test case: of the file named before them, or of the
# folder.
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

declare -A scenarios fuzzed
for file in tests/scenario/*/*.sh; do name=${file##*/}; scenarios[${name%.sh}]=$file; done
for file in tests/atom/fuzz_*.cc tests/store/fuzz_*.cc; do name=${file##*/fuzz_}; fuzzed[${name%.cc}]=$file; done

# Of a file or a folder, the names of its test cases; those that a line is too short for begin the next one.
names_in() { grep -rhE --include='*.cc' '^ *(TEST_CASE|SUBCASE)\(|^ +"' "$1" || true; }

# check_cell TEXT: what is wrong with a column of tests.
check_cell() {
  local rest=$1 token place= named=0
  while [[ $rest =~ (\`[^\`]+\`|\"[^\"]+\") ]]; do
    token=${BASH_REMATCH[1]}
    rest=${rest#*"$token"}
    if [[ $token == \"* ]]; then
      token=${token//\"/}
      [[ -n $place ]] || { echo "no file is named for \"$token\""; continue; }
      [[ ! -e $place || $(names_in "$place") == *"$token"* ]] || echo "$place has no test case \"$token\""
      continue
    fi
    token=${token//\`/}
    named=1
    case $token in
      tests/*) place=$token ;;
      *_test.cc)
        place=$(find tests -name "$token")
        [[ $place != *$'\n'* ]] || { echo "several files are called $token"; place=; continue; }
        ;;
      *)
        [[ -n ${scenarios[$token]:-}${fuzzed[$token]:-} ]] || echo "no scenario or fuzz target is called $token"
        continue
        ;;
    esac
    [[ -n $place && -e $place ]] || echo "there is no $token"
  done
  ((named)) || echo "no test is named: $1"
}

# Of a file, the rows of all tables whose last column is called "Tests" or "Test".
rows() {
  awk -F'|' '
    /^\|/ {
      last = $(NF - 1); gsub(/^ +| +$/, "", last)
      if (!inside) { wanted = last ~ /^Tests?$/; inside = 1; next }
      if (wanted && last !~ /^-+$/) print last
      next
    }
    { inside = 0 }' "$1"
}

for file in docs/hostile.md docs/security.md; do
  rows "$file" | while IFS= read -r cell; do check_cell "$cell"; done | sort -u | tell "$file: every row names tests that exist"
  rows "$file" | wc -l | { read -r count; ((count > 10)) || echo "only $count rows were read"; } | tell "$file: its tables are read"
done

# Environment variables that src/ reads have an entry in the manual: those of configuration keys by their declaration, all
# others in src/cli/manual/topics.cc.
variables() {
  grep -rhE --include='*.cc' 'getenv\(|[^.>_]variable\("|first_of\(|path\("GIT_' src |
    grep -oE '"([A-Z]+_[A-Z_]*[A-Z]|[a-z]+_proxy|HOME|PATH|TERM)"' | tr -d '"' | sort -u
}
variables | { count=0; while read -r name; do
  count=$((count + 1))
  grep -qE "\"([A-Za-z_, ]*, )?$name(, [A-Za-z_, ]*)?\"" src/cli/manual/topics.cc || echo "$name is not in src/cli/manual/topics.cc"
done; ((count > 15)) || echo "only $count variables were found"; } | tell "environment variables that are read are documented"

echo "documented: $passed passed, $failed failed"
((failed == 0))
