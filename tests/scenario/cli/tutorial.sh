#!/bin/bash
# Runs all command blocks of docs/tutorial.md literally, in one shell, against a real server. In place of nixpkgs, it uses a
# repository with the one function that the tutorial calls.
source "$(dirname "$0")/../scenario.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL
# As Nix is set up where it can build: with a shell in its sandbox (here that of this machine), and no cache to ask.
export NIX_CONFIG="substituters =
build-users-group =
sandbox = false"
serve_start "$www" push
git init -q --bare "$www/first.git"
git init -q nixpkgs
cat >nixpkgs/default.nix <<'END'
{ system, config, overlays }:
{
  runCommand = name: env: script: derivation (env // {
    inherit name system;
    builder = "/bin/sh";
    args = [ "-c" script ];
  });
}
END
git -C nixpkgs add . && git -C nixpkgs commit -qm "A function"
git clone -q --bare nixpkgs "$www/nixpkgs.git"
mkdir bin
ln -s "$EKA" bin/eka
export PATH=$scratch/bin:$PATH REMOTE=$SERVE_URL/first.git NIXPKGS=$SERVE_URL/nixpkgs.git

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
equal "the built files are shown" "hello from greeting-0.1.0,<h1>hello from greeting-0.1.0</h1>,built with nixpkgs" \
  "$(said '^(hello|<h1>|built)' | paste -sd,)"
equal "three atoms are published, the dependent one last, then one new version" \
  "published greeting 0.1.0,published report 0.1.0,published page 0.1.0,published greeting 0.2.0" \
  "$(said '^(published|skipped)' | cut -d' ' -f1-3 | paste -sd,)"
equal "the distinct derivations" "greeting-0.1.0,page-0.1.0,report-0.1.0,greeting-0.2.0" \
  "$(said '\.drv$' | sed 's/^[^-]*-//; s/\.drv$//' | awk '!seen[$0]++' | paste -sd,)"
matches "the graph shows the dependencies" 'page.*greeting.*report' "$(tr '\n' ' ' <<<"$out")"
equal "both and what they need are verified" "verified greeting 0.1.0,verified page 0.1.0,verified report 0.1.0" "$(said '^verified' | cut -d' ' -f1-3 | paste -sd,)"
equal "the server holds four atoms" 4 "$(git --git-dir="$www/first.git" for-each-ref refs/eka/atoms | wc -l)"
equal "eka pushes no branch: the server has the one of git push" "$(git -C first rev-parse HEAD~1)" \
  "$(git --git-dir="$www/first.git" for-each-ref --format='%(objectname)' refs/heads)"

# The manifests that the tutorial shows are those that eka writes.
toml() { awk -v n="$1" '/^```toml$/ { on = ++count == n; next } /^```/ { on = 0 } on' "$here/../../docs/tutorial.md"; }
for pair in "1 greeting" "2 page"; do
  read -r number atom <<<"$pair"
  missing=$(toml "$number" | grep . | while IFS= read -r line; do
    git -C first show "HEAD~1:$atom/atom.toml" | sed 's/  #.*//' | grep -qFx "$line" || echo "$line"
  done)
  equal "what is shown of the manifest of $atom is in it" "" "$missing"
done

finish
