#!/bin/bash
# Cached evaluations: no sandbox, no Nix, no fetch of the closure. A change of any input causes a new evaluation; Nix's
# garbage collector keeps planned derivations.
source "$(dirname "$0")/../scenario.sh"

# A separate store, so that the collector sees no other paths.
export NIX_REMOTE=$scratch/store
mkdir "$NIX_REMOTE"
collect() { nix-store --store "$NIX_REMOTE" --option build-users-group '' --gc >"$scratch/gc" 2>&1; }
kept() { [[ -e $NIX_REMOTE$1 ]]; }
from() { jq -r '.plans[0].from' <<<"$out"; }

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
server=$company::server@=1.4.0

eka plan --json "$server"
equal "evaluated the first time" "0 evaluated" "$status $(from)"
drv=$(jq -r '.plans[0].drv' <<<"$out")
root=$XDG_CACHE_HOME/eka/gcroots/$(basename "$drv")
equal "it has a garbage collector root" "$drv" "$(readlink "$root")"
matches "Nix knows the root" "$root -> $drv" "$(nix-store --store "$NIX_REMOTE" --option build-users-group '' --gc --print-roots)"

serve_forget
eka plan --json "$server"
equal "cached the second time" "0 cache $drv" "$status $(from) $(jq -r '.plans[0].drv' <<<"$out")"
equal "the remotes of the closure receive no requests" 0 "$(serve_log | count '.path | startswith("/company.git/") | not')"
# The materialized closure is not needed.
chmod -R u+w "$XDG_CACHE_HOME/eka/trees" && rm -rf "$XDG_CACHE_HOME/eka/trees"
if strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  strace -f -qq -e trace=execve,execveat,clone,clone3,fork,vfork,symlink,symlinkat -o "$scratch/calls" \
    "$EKA" plan "$server" </dev/null >"$scratch/out" 2>"$scratch/err" || true
  equal "a hit gives the same derivation" "$drv" "$(cat "$scratch/out")"
  equal "a hit starts no process" 1 "$(grep -c 'execve(' "$scratch/calls")"
  equal "a hit creates only threads" "" "$(grep -E 'clone|fork' "$scratch/calls" | grep -v CLONE_THREAD || true)"
  equal "an existing root is not created again" "" "$(grep symlink "$scratch/calls" || true)"
else
  skip "strace may not trace here"
fi
check "a hit materializes no tree" test ! -e "$XDG_CACHE_HOME/eka/trees" -o -z "$(ls "$XDG_CACHE_HOME/eka/trees" 2>/dev/null)"

# Each input in turn. Unit tests cover the lock and the version of Nix.
eka plan --json --fresh-eval "$server"
equal "--fresh-eval: evaluated again, to the same end" "evaluated $drv" "$(from) $(jq -r '.plans[0].drv' <<<"$out")"
eka plan --json -t aarch64-linux "$server"
equal "another target platform: evaluated again" evaluated "$(from)"
EKA_PLATFORMS_BUILD=aarch64-linux eka plan --json "$server"
equal "another build platform: evaluated again" evaluated "$(from)"
eka plan --json "$company::server@=1.3.0"
equal "another tree: evaluated again" evaluated "$(from)"
mkdir -p "$scratch/copy/bin"
cp "$EKA" "$scratch/copy/bin/eka"
cp -r "$here/../../nix" "$scratch/copy/expressions"
export EKA_EXPRESSIONS=$scratch/copy/expressions
own_eka=$EKA
EKA=$scratch/copy/bin/eka
eka plan --json "$server"
equal "the same expressions in another directory: cached" cache "$(from)"
echo '# changed' >>"$EKA_EXPRESSIONS/contract.nix"
eka plan --json "$server"
equal "other expressions: evaluated again" evaluated "$(from)"
EKA=$own_eka
unset EKA_EXPRESSIONS

# A format 1 lock alone does not pin everything; together with the closure it does.
older=$scratch/older
mkdir -p "$older"
unpack "$www/company.git" refs/eka/atoms/auth/1.5.2 "$scratch/auth"
genesis=$(git --git-dir="$www/company.git" rev-parse refs/ekala/init)
cat >"$older/atom.toml" <<END
[package]
label = "older"
version = "1.0.0"
[package.sets]
company = ["$company"]
[compose.as]
nix = "."
[deps.from.company]
auth = "^1.5"
END
echo '{ main = atoms.deps.from.company.auth.main; }' >"$older/default.nix"
cat >"$older/atom.lock" <<END
version = 1
[sets.$genesis]
tag = "company"
mirrors = ["$company"]
[locker]
[compose]
use = "nix"
entry = "."
[[deps]]
type = "atom"
label = "auth"
version = "1.5.2"
set = "$genesis"
rev = "$(version_of company auth 1.5.2 rev)"
id = "$(of_world '.atoms[] | select(.label == "auth") | .id')"
mirror = "$company"
END
release "$www/company.git" "$older" older 1.0.0 >/dev/null
eka plan --json "$company::older"
equal "a lock of format 1: evaluated the first time" "0 evaluated" "$status $(from)"
eka plan --json "$company::older"
equal "a lock of format 1: cached the second time" "0 cache" "$status $(from)"
eka --offline plan --json "$company::older"
equal "a lock of format 1: cached, offline" "0 cache" "$status $(from)"

# Several processes at once on one cache.
fresh_cache
for number in {1..4}; do
  "$EKA" plan "$server" "$company::suite" </dev/null >"$scratch/together.$number" 2>"$scratch/together.err.$number" &
  pids[number]=$!
done
for number in {1..4}; do
  wait "${pids[number]}" || not_ok "process $number of four" "$(cat "$scratch/together.err.$number")"
done
equal "all print the same" 1 "$(sort -u <(for n in {1..4}; do xargs <"$scratch/together.$n"; done) | wc -l)"
eka plan --json "$server"
equal "the evaluation is cached" "cache $drv" "$(from) $(jq -r '.plans[0].drv' <<<"$out")"

# Nix's garbage collector.
collect
check "the collector keeps planned derivations" kept "$drv"
eka plan --json "$server"
equal "the evaluation is still cached" cache "$(from)"
rm -r "$XDG_CACHE_HOME/eka/gcroots"
eka plan --json "$server"
equal "a missing root is recreated" "cache $drv" "$(from) $(readlink "$XDG_CACHE_HOME/eka/gcroots/$(basename "$drv")")"
rm -r "$scratch"/cache*/eka/gcroots
collect
check "without a root the collector removes it" test ! -e "$NIX_REMOTE$drv"
eka plan --json --no-gc-root "$server"
equal "a missing derivation is evaluated again" "0 evaluated" "$status $(from)"
check "--no-gc-root creates no root" test ! -e "$XDG_CACHE_HOME/eka/gcroots"
EKA_PLAN_GCROOT=false eka plan --json "$server"
equal "EKA_PLAN_GCROOT=false creates no root" "cache no" "$(from) $([[ -e $XDG_CACHE_HOME/eka/gcroots ]] && echo yes || echo no)"
collect
check "the collector removes it" test ! -e "$NIX_REMOTE$drv"
finish
