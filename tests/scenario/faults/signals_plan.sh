#!/bin/bash
# SIGINT and SIGKILL at 50 random points each of a plan, also while Nix evaluates in its sandbox and while derivations
# are admitted into the store: nothing is left running, the next run removes what was left half way and gives the
# derivation that an undisturbed one gives.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"
strikes_begin

serve_start "$www"
make_world demo
# Every platform to build for gives derivations that no store has yet.
mkdir "$scratch/struck"
cat >"$scratch/struck/atom.toml" <<END
[package]
label = "struck"
version = "1.0.0"

[compose.as]
nix = "default.nix"
END
cat >"$scratch/struck/default.nix" <<'END'
let
  slow = builtins.foldl' (sum: n: sum + n) 0 (builtins.genList (n: n) 100000);
  made = name: more: derivation ({ inherit name slow; system = cfg.platforms.build; builder = "/bin/sh"; src = ./src; for = cfg.platforms.target; } // more);
in
{ main = made "struck" { parts = map (n: made "part-${toString n}" { }) (builtins.genList (n: n) 6); }; }
END
mkdir "$scratch/struck/src"
for number in {1..3}; do head -c 20000 /dev/urandom >"$scratch/struck/src/$number"; done
release "$www/company.git" "$scratch/struck" struck 1.0.0 >/dev/null
uri=$SERVE_URL/company.git::struck

run=$$-$RANDOM
target() { export EKA_PLATFORMS_TARGET=$run-$1; }
# Undisturbed, with and without the objects in the cache.
target cold
timed plan "$uri"
equal "undisturbed: exit code" 0 "$status"
cold=$took
target warm
timed plan "$uri"
equal "undisturbed, with what is cached: exit code" 0 "$status"
warm=$took

litter() { find "$XDG_CACHE_HOME/eka" \( -path '*incoming/*' -o -path '*/scratch/eval-*' \) 2>/dev/null | head; }
# valid DERIVATION: it, and all that it needs, lies in the store as the store knows it.
valid() { nix-store --query --requisites "$1" 2>/dev/null | xargs -r nix-store --verify-path 2>"$scratch/store"; }

# mended WHAT: after a strike.
mended() {
  local left
  eka plan "$uri"  # at once, when what was killed with it may still be dying
  [[ $status == 0 ]] || not_ok "$1: the next run succeeds" "exit $status: $err"
  planned=$out
  left=$(left_processes)
  [[ -z $left ]] || not_ok "$1: nothing is left running" "$left"
  # Nix's own locks and unfinished registrations are for its next user to mend, too: this checks that it did.
  valid "$planned" || not_ok "$1: what was planned is in the store, sound" "$planned" "$(cat "$scratch/store")"
  [[ -z $(litter) ]] || not_ok "$1: nothing is left half way" "$(litter)" "said: $err"
}
# Every tenth time more thoroughly, in the end with a cache that knew of nothing.
compare() {
  local again=$planned
  sound "$1"
  fresh_cache
  eka plan --fresh-eval "$uri"
  equal "$1: the derivation is that of an undisturbed run" "$again" "$out"
}

# strikes SIGNAL EXPECTED: half of the points from an empty cache on, half with the objects there; a fifth while it
# admits.
points=50
strikes() {
  local signal=$1 expected=$2 point what struck=0 evaluating=0 admitting=0 length aim
  for ((point = 1; point <= points; point++)); do
    length=$warm
    if ((point % 2)); then
      fresh_cache
      length=$cold
    fi
    target "${signal,,}-$point"
    aim=()
    # It is short: one point in ten would hit it.
    if ((point % 5 == 0)); then
      aim=(--in admitting)
      length=20000
    fi
    random_below "$length"
    what="SIG$signal at $point/$points (after $random µs ${aim[*]})"
    strike "${aim[@]}" "$signal" "$random" plan "$uri"
    case $status in
      "$expected") struck=$((struck + 1)) ;;
      0) ;;  # it was through
      *) not_ok "$what: exit code" "found $status: $(cat "$scratch/err")" ;;
    esac
    case $status/$struck_in in
      "$expected"/evaluating) evaluating=$((evaluating + 1)) ;;
      "$expected"/admitting) admitting=$((admitting + 1)) ;;
    esac
    mended "$what"
    if ((point % 10 == 0)); then compare "$what"; fi
  done
  check "SIG$signal: it struck before the end ($struck of $points times)" test "$struck" -ge $((points / 4))
  check "SIG$signal: while Nix evaluates ($evaluating times)" test "$evaluating" -ge 1
  check "SIG$signal: while derivations are admitted ($admitting times)" test "$admitting" -ge 1
}
strikes INT 130
strikes KILL 137
finish
