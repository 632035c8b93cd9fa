#!/bin/bash
# A failed write to standard output is an error, a closed pipe ends eka silently, and control characters of manifests
# are never printed.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
genesis=$(git --git-dir="$www/company.git" rev-list --max-parents=0 refs/heads/main | head -n 1)

mkdir set && cd set
git init -q -b main . && git config user.name x && git config user.email x
mkdir a
printf '[package]\nlabel = "a"\nversion = "1.2.0"\n\n[compose.as]\nnix = "default.nix"\n' >a/atom.toml
echo '{ main = derivation { name = "a"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >a/default.nix
echo 'set.packages = ["a"]' >ekala.toml
git add -A && git commit -qm x
git init -q --bare ../remote.git && git remote add origin "$scratch/remote.git" && git push -q origin main
eka resolve a
equal "the set is ready" 0 "$status"
git add -A && git diff --cached --quiet || git commit -qm lock
eka plan --json --shard 1/1 ::a
cp "$scratch/out" shard.json

# Every command that prints to standard output on success, one per line.
commands=(
  "--help"
  "--version"
  "plan --help"
  "plan ::a"
  "plan --json ::a"
  "plan --json=lines ::a"
  "plan --merge shard.json"
  "graph ::a"
  "graph --format json ::a"
  "graph --format dot ::a"
  "graph --format html ::a"
  "prefetch --json $company::server"
  "resolve --json a"
  "init"
  "publish --all"
  "verify $scratch/remote.git::a"
  "verify --json $scratch/remote.git::a"
  "inspect uri ::a"
  "inspect uri --json ::a"
  "inspect id $genesis a"
  "inspect id --json $genesis a"
  "inspect manifest a/atom.toml"
  "inspect manifest --json a/atom.toml"
  "inspect lock --json a/atom.lock"
  "inspect set $company"
  "inspect set --json $company"
  "config"
  "config --json"
  "cache stat"
  "cache stat --json"
  "cache verify"
  "cache verify --json"
  "cache gc"
  "cache gc --json"
)
for line in "${commands[@]}"; do
  read -r -a words <<<"$line"
  shown=${line//$scratch/\$scratch}
  shown=${shown//$SERVE_URL/\$url}
  eka "${words[@]}"
  equal "$shown" 0 "$status"
  check "$shown prints something" test -s "$scratch/out"

  status=0
  "$EKA" "${words[@]}" >/dev/full 2>"$scratch/err" </dev/null || status=$?
  equal "$shown >/dev/full: exit code" 1 "$status"
  matches "$shown >/dev/full: reason" 'cannot write to standard output: No space left' "$(cat "$scratch/err")"

  status=0
  "$EKA" "${words[@]}" >&- 2>"$scratch/err" </dev/null || status=$?
  equal "$shown >&-: exit code" 1 "$status"

  { status=0; "$EKA" "${words[@]}" 2>"$scratch/err" </dev/null || status=$?; echo "$status" >"$scratch/status"; } |
    { exec <&-; sleep 0; }
  # A reader that exits at once may still exist at the first write; one that never existed may not.
  { sleep 0.3; status=0; "$EKA" "${words[@]}" 2>"$scratch/err" </dev/null || status=$?; echo "$status" >"$scratch/status"; } | true
  equal "$shown | true: exit code" 141 "$(cat "$scratch/status")"
  equal "$shown | true: no message" "" "$(grep -E 'error|Error|abort|terminate' "$scratch/err" || true)"
done

echo "- a build"
eka build ::a
if ((status == 0)); then
  status=0
  "$EKA" build ::a >/dev/full 2>"$scratch/err" || status=$?
  equal "build >/dev/full" 1 "$status"
else
  skip "build: this machine does not build here (exit $status)"
fi

echo "- a closed pipe stops the run"
# The first line is a failure known at once; a server that never responds keeps the run from ending.
exec {silent}< <(exec python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True); time.sleep(600)')
silent_pid=$!
at_exit 'kill "$silent_pid" 2>/dev/null'
read -r port <&"$silent"
began=$SECONDS
{ status=0; timeout 120 "$EKA" plan --json=lines ::a ::nothing "http://127.0.0.1:$port/x.git::b" 2>"$scratch/err" </dev/null || status=$?
  echo "$status" >"$scratch/status"; } | { head -n 1 >/dev/null; exec <&-; }
check "plan --json=lines | head -n 1 does not wait for the rest" test $((SECONDS - began)) -lt 60
matches "head: exit code" '^(141|3)$' "$(cat "$scratch/status")"

echo "- control characters"
mkdir b
printf '[package]\nlabel = "b"\nversion = "1.0.0"\nmeta.description = "x\\u001b]52;c;QQ==\\u0007 \\u009b31m \\u202egpj \\u200b \\u2066 \\u007f \\r \\ny"\n\n[compose.as]\nnix = "default.nix"\n' >b/atom.toml
control=$'[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]'
for flags in "" --json; do
  eka inspect manifest $flags b/atom.toml
  equal "inspect manifest $flags: exit code" 0 "$status"
  equal "inspect manifest $flags: no control characters" "" "$(LC_ALL=C grep -nP "$control" "$scratch/out" || true)"
done
equal "JSON means the same" $'x\x1b]52;c;QQ==\x07 \u009b31m \u202egpj \u200b \u2066 \x7f \r \ny' \
  "$(jq -r .description <"$scratch/out")"
eka inspect manifest b/atom.toml
equal "a description is one line" 2 "$(wc -l <"$scratch/out")"
eka inspect manifest $'nothing\e[31m\xc2\x9b/atom.toml'
equal "standard error: no control characters" "" "$(LC_ALL=C grep -nP "$control" "$scratch/err" || true)"
eka plan $'--\e[31m'
equal "control characters of arguments are not printed" "" "$(LC_ALL=C grep -nP "$control" "$scratch/err" || true)"
finish
