#!/bin/bash
# Runs the command blocks (```sh) of the how-tos literally, each page in a shell and with a home of its own, against a real
# server.
source "$(dirname "$0")/../scenario.sh"

unset GIT_CONFIG_GLOBAL
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@eka.invalid GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@eka.invalid
serve_start "$www" push
for name in set mirror; do git init -q --bare "$www/$name.git"; done
export SET=$SERVE_URL/set.git MIRROR=$SERVE_URL/mirror.git
mkdir bin set
ln -s "$EKA" bin/eka
PATH=$scratch/bin:$PATH

# follow PAGE DIRECTORY: sets $status, $out and $err as eka() does.
follow() {
  local page=$here/../../docs/howto/$1.md
  status=0
  mkdir -p "$scratch/homes/$1"
  (
    cd "$2"
    export HOME=$scratch/homes/$1 XDG_CACHE_HOME=$scratch/homes/$1/cache XDG_CONFIG_HOME=$scratch/homes/$1/config
    bash -euo pipefail -c "$(awk '/^ *```sh$/ { on = 1; next } /^ *```/ { on = 0 } on' "$page")" </dev/null
  ) >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
  check "$1 has commands" grep -q '^ *```sh$' "$page"
  equal "$1: every command succeeds" 0 "$status"
}

cd set
eka init --init-git --remote "$SET"
eka new libs/log -V 1.0.0
eka new services/server
eka add --path services/server ::log
git remote add origin "$SET"
git add . && git commit -qm "Two atoms"
eka publish --all --resolve
equal "a set is published" 0 "$status"
sed -i 's/^version = "1.0.0"/version = "1.0.1"/' libs/log/atom.toml

follow monorepo "$scratch/set"
equal "monorepo: both new versions are published" "published log 1.0.1,published server 0.1.1" \
  "$(grep '^published ' <<<"$out" | cut -d' ' -f1-3 | paste -sd,)"

mkdir "$scratch/elsewhere"
follow mirrors "$scratch/elsewhere"
matches "mirrors: a derivation from the mirror" '-server-0\.1\.1\.drv' "$out"
equal "mirrors: both have the same refs" "$(git --git-dir="$www/set.git" for-each-ref)" "$(git --git-dir="$www/mirror.git" for-each-ref)"

serve_forget
follow air-gapped "$scratch/elsewhere"
matches "air-gapped: a derivation" '-server-0\.1\.1\.drv' "$out"
finish
