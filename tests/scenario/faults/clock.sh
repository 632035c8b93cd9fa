#!/bin/bash
# The system clock jumps while eka runs: forward by a day, back by a year. Delays are unaffected, the result equals that
# of a run without a jump, the cache is valid, and the next run succeeds with either clock.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"

# Programs see the time in a file as soon as it changes; the steady clock continues, as when a real clock is set.
faketime=$(find /usr/lib/*/faketime -name libfaketimeMT.so.1 2>/dev/null | head -1 || true)
[[ $faketime ]] || { echo "libfaketime is not installed (scripts/deps test)" >&2; exit 1; }
# libfaketime shifts absolute times of timers, whatever their clock. Asio's value for "now" (1 ns on the steady clock)
# would never expire, so timers bypass libfaketime.
c++ -shared -fPIC -x c++ -o "$scratch/timers.so" - <<'END'
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
extern "C" int timerfd_settime(int timer, int flags, const itimerspec* value, itimerspec* old) noexcept {
  return static_cast<int>(syscall(SYS_timerfd_settime, timer, flags, value, old));
}
END
preload=$scratch/timers.so:$faketime
export FAKETIME_TIMESTAMP_FILE=$scratch/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
clock_says() { echo "$1" >"$scratch/clock.new" && mv "$scratch/clock.new" "$scratch/clock"; }
clock_says +0

faults_begin
eka plan "$uri"
equal "with a steady clock: a plan" 0 "$status"
planned=$out

clock_says -1y
equal "the clock that programs see can be set" "$(($(date +%Y) - 1))" "$(LD_PRELOAD=$preload date +%Y)"

# eka_with_jump TO WHEN ARGUMENT…: runs eka with the correct time, which changes to TO as soon as WHEN succeeds.
eka_with_jump() {
  local to=$1 when=$2 running
  shift 2
  clock_says +0
  LD_PRELOAD=$preload timeout 60 "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" &
  running=$!
  jumped=
  while kill -0 "$running" 2>/dev/null; do
    if "$when" "$running"; then
      clock_says "$to"
      jumped=yes
      break
    fi
  done
  status=0
  wait "$running" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
  check "$what: the clock has jumped" test "$jumped"
}
meets_fault() { (($(proxy_counts | jq .faults) > 0)); }
evaluates() {  # the child of timeout
  local child
  read -r child <"/proc/$1/task/$1/children" || true
  [[ $child ]] && find_stage "${child% }" && [[ $struck_in == evaluating ]]
}
at_once() { :; }

# afterwards: a run with and without network, with the changed clock and with a corrected one.
afterwards() {
  local clock
  sound "$what"
  for clock in "$1" +0; do
    clock_says "$clock"
    proxy_start
    LD_PRELOAD=$preload eka plan "$uri"
    equal "$what: the next run gives the same result, clock at $clock" "0 $planned" "$status $out"
    LD_PRELOAD=$preload eka --offline plan --fresh-eval "$uri"
    equal "$what: an offline run gives the same result, clock at $clock" "0 $planned" "$status $out"
  done
  LD_PRELOAD=$preload eka cache gc
  equal "$what: the cache can be collected" 0 "$status"
  sound "$what, collected"
  LD_PRELOAD=$preload eka prefetch "$uri"
  equal "$what: the cache can be filled again" "0 $right" "$status $(holds)"
}

stalled="body=100,about=/tools.git/"
for to in +1d -1y; do
  what="$to while a transfer stalls"
  fresh_cache
  proxy_start --fault "stall:$stalled,times=1"
  EKA_NET_STALL=1 EKA_NET_DEADLINE=50 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: the request is retried, the closure is complete" "0 $right" "$status $(holds)"
  afterwards "$to"

  what="$to while nothing comes any more"
  fresh_cache
  proxy_start --fault "stall:$stalled"
  EKA_NET_STALL=1 EKA_NET_RETRY=1 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: exit code" 4 "$status"
  matches "$what: message" "tools\.git" "$err"
  matches "$what: hint" "help: .*net\.stall" "$err"
  sound "$what"
  recovers "$what"

  what="$to while a server wants to be left alone"
  fresh_cache
  proxy_start --fault "status:code=429,retry-after=2,times=1,about=/tools.git/"
  begin=$SECONDS
  EKA_NET_DEADLINE=50 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: the closure is complete" "0 $right" "$status $(holds)"
  check "$what: the delay is respected" test $((SECONDS - begin)) -ge 1
  sound "$what"

  what="$to while Nix evaluates"
  fresh_cache
  proxy_start
  EKA_NET_DEADLINE=50 EKA_PLAN_TIMEOUT=50 eka_with_jump "$to" evaluates plan "$uri"
  equal "$what: the same derivation" "0 $planned" "$status $out"
  afterwards "$to"

  what="$to from the beginning on"
  fresh_cache
  eka_with_jump "$to" at_once plan "$uri"
  equal "$what: the same derivation" "0 $planned" "$status $out"
  sound "$what"
done
finish
