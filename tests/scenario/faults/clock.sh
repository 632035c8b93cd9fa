#!/bin/bash
# A clock that jumps while eka runs: forward by a day, back by a year. Waits are neither cut short nor drawn out, the
# result is that of a steady clock, the cache is sound, and the next run is right, by whichever clock.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"

# Programs see what the file says, as soon as it says so; the steady clock goes on, as it does when a clock is set.
faketime=$(find /usr/lib/*/faketime -name libfaketimeMT.so.1 2>/dev/null | head -1 || true)
[[ $faketime ]] || { echo "libfaketime is not installed (scripts/deps test)" >&2; exit 1; }
# libfaketime moves absolute times of timers, whatever their clock. Asio's mean "now" (1 ns), by the steady clock, and
# would not fire at all: they go past it.
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

# eka_with_jump TO WHEN ARGUMENT…: a run at whose beginning the clock is right, and says TO as soon as WHEN is so.
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
  check "$what: the clock jumped meanwhile" test "$jumped"
}
meets_fault() { (($(proxy_counts | jq .faults) > 0)); }
evaluates() {  # what timeout started
  local child
  read -r child <"/proc/$1/task/$1/children" || true
  [[ $child ]] && find_stage "${child% }" && [[ $struck_in == evaluating ]]
}
at_once() { :; }

# afterwards: by the clock that jumped and by one that was set right again, a run that asks and one that does not.
afterwards() {
  local clock
  sound "$what"
  for clock in "$1" +0; do
    clock_says "$clock"
    proxy_start
    LD_PRELOAD=$preload eka plan "$uri"
    equal "$what: and the next run gives the same, its clock at $clock" "0 $planned" "$status $out"
    LD_PRELOAD=$preload eka --offline plan --fresh-eval "$uri"
    equal "$what: and one without a network, its clock at $clock" "0 $planned" "$status $out"
  done
  LD_PRELOAD=$preload eka cache gc
  equal "$what: the cache can be collected" 0 "$status"
  sound "$what, collected"
  LD_PRELOAD=$preload eka prefetch "$uri"
  equal "$what: and filled again" "0 $right" "$status $(holds)"
}

stalled="body=100,about=/tools.git/"
for to in +1d -1y; do
  what="$to while a transfer stalls"
  fresh_cache
  proxy_start --fault "stall:$stalled,times=1"
  EKA_NET_STALL=1 EKA_NET_DEADLINE=50 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: it is tried again, and all there" "0 $right" "$status $(holds)"
  afterwards "$to"

  what="$to while nothing comes any more"
  fresh_cache
  proxy_start --fault "stall:$stalled"
  EKA_NET_STALL=1 EKA_NET_RETRY=1 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: exit code" 4 "$status"
  matches "$what: what is said" "tools\.git" "$err"
  matches "$what: what to do" "help: .*net\.stall" "$err"
  sound "$what"
  recovers "$what"

  what="$to while a server wants to be left alone"
  fresh_cache
  proxy_start --fault "status:code=429,retry-after=2,times=1,about=/tools.git/"
  begin=$SECONDS
  EKA_NET_DEADLINE=50 eka_with_jump "$to" meets_fault prefetch "$uri"
  equal "$what: all there" "0 $right" "$status $(holds)"
  check "$what: it is left alone for so long" test $((SECONDS - begin)) -ge 1
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
