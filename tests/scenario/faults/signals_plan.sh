#!/bin/bash
# SIGINT and SIGKILL at 50 random points each of a plan, including evaluation in the sandbox and the import of
# derivations into the store: no process is left running, and the next run removes incomplete data and produces the same
# derivation as an undisturbed run.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"
strikes_begin

serve_start "$www"
make_world demo
# Each build platform produces derivations that do not exist in any store yet.
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
# Undisturbed, with and without cached objects.
target cold
timed plan "$uri"
equal "undisturbed: exit code" 0 "$status"
cold=$took
target warm
timed plan "$uri"
equal "undisturbed, with cached objects: exit code" 0 "$status"
warm=$took

litter() { find "$XDG_CACHE_HOME/eka" \( -path '*incoming/*' -o -path '*/scratch/eval-*' \) 2>/dev/null | head; }
# valid DERIVATION: whether it and its requisites are valid in the store.
valid() { nix-store --query --requisites "$1" 2>/dev/null | xargs -r nix-store --verify-path 2>"$scratch/store"; }

# mended WHAT: checks the state after a strike.
mended() {
  local left
  eka plan "$uri"  # immediately, while killed children may still be running
  [[ $status == 0 ]] || not_ok "$1: the next run succeeds" "exit $status: $err"
  planned=$out
  left=$(left_processes)
  [[ -z $left ]] || not_ok "$1: nothing is left running" "$left"
  # Nix's own locks and unfinished registrations are repaired by its next user: this checks that it happened.
  valid "$planned" || not_ok "$1: what was planned is in the store, sound" "$planned" "$(cat "$scratch/store")"
  [[ -z $(litter) ]] || not_ok "$1: nothing is left half way" "$(litter)" "said: $err"
}
# Every tenth time more thoroughly, finally with an empty cache.
compare() {
  local again=$planned
  sound "$1"
  fresh_cache
  eka plan --fresh-eval "$uri"
  equal "$1: the derivation is that of an undisturbed run" "$again" "$out"
}

# strikes SIGNAL EXPECTED: half of the points with an empty cache, half with cached objects; a fifth of them during the
# import.
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
    # The import is short: only one point in ten would hit it.
    if ((point % 5 == 0)); then
      aim=(--in admitting)
      length=20000
    fi
    random_below "$length"
    what="SIG$signal at $point/$points (after $random µs ${aim[*]})"
    strike "${aim[@]}" "$signal" "$random" plan "$uri"
    case $status in
      "$expected") struck=$((struck + 1)) ;;
      0) ;;  # it had finished
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
