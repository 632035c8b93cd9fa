#!/bin/bash
# Runs all command blocks of docs/tutorial.md literally, in one shell, against a real server.
source "$(dirname "$0")/../scenario.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL
serve_start "$www" push
git init -q --bare "$www/first.git"
mkdir bin
ln -s "$EKA" bin/eka
export PATH=$scratch/bin:$PATH REMOTE=$SERVE_URL/first.git

commands() { awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$here/../../docs/tutorial.md"; }
check "the commands are found" grep -q 'eka publish --all' <(commands)
status=0
bash -euo pipefail -c "$(commands)" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
out=$(cat "$scratch/out")
equal "every command succeeds" 0 "$status"

# said REGEX: the lines of output that match it, each once, in order of appearance.
said() { grep -E "$1" <<<"$out" | awk '!seen[$0]++'; }
genesis=$(git -C first rev-list --max-parents=0 HEAD)
equal "init prints the genesis, both times" "$genesis,$genesis" "$(grep -Fx "$genesis" <<<"$out" | paste -sd,)"
equal "both atoms are published, then one new version" \
  "published a 0.1.0,published b 0.1.0,published a 0.2.0,skipped b 0.1.0" \
  "$(said '^(published|skipped)' | cut -d' ' -f1-3 | paste -sd,)"
# Two of the working tree, three from other places, two at the end.
equal "all plans print derivations" 7 "$(grep -c '\.drv$' <<<"$out")"
equal "there are three distinct derivations" "a-0.1.0,b-0.1.0,a-0.2.0" "$(said '\.drv$' | sed 's/^[^-]*-//; s/\.drv$//' | paste -sd,)"
equal "both are verified" "verified a 0.1.0,verified b 0.1.0" "$(said '^verified' | cut -d' ' -f1-3 | paste -sd,)"
equal "the server holds three atoms" 3 "$(git --git-dir="$www/first.git" for-each-ref refs/eka/atoms | wc -l)"
equal "the server has no branch" "" "$(git --git-dir="$www/first.git" for-each-ref refs/heads)"

finish
