#!/bin/bash
# SIGINT and SIGKILL at 50 points of a run each, spread over its length: nothing is left behind that would be wrong, and
# the next run is right.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"
faults_begin

# A line that is slow enough for the points to fall between one packet and the next, too.
line=(--latency 5 --bandwidth 200K)
proxy_start "${line[@]}"
fresh_cache
timed prefetch "$uri"
equal "over a slow line: exit code" 0 "$status"

points=50
interrupted=0
for ((point = 1; point <= points; point++)); do
  if ((point % 5 == 1)); then fresh_cache; fi
  strike INT $((took * point / points)) prefetch "$uri"
  case $status in
    130) interrupted=$((interrupted + 1)) ;;
    0) ;;  # it was through
    *) not_ok "SIGINT at $point/$points: exit code" "found $status: $(cat "$scratch/err")" ;;
  esac
  if ((point % 5 == 0)); then
    sound "SIGINT at $point/$points"
    proxy_start
    recovers "SIGINT at $point/$points"
    proxy_start "${line[@]}"
  fi
done
check "SIGINT: it struck before the end ($interrupted of $points times)" test "$interrupted" -ge 1

killed=0
for ((point = 1; point <= points; point++)); do
  if ((point % 5 == 1)); then fresh_cache; fi
  strike KILL $((took * point / points)) prefetch "$uri"
  if ((status == 137)); then killed=$((killed + 1)); fi
  if ((point % 5 == 0)); then
    # What a killed run was receiving is removed by the next.
    proxy_start
    recovers "SIGKILL at $point/$points"
    sound "SIGKILL at $point/$points"
    proxy_start "${line[@]}"
  fi
done
check "SIGKILL: it struck before the end ($killed of $points times)" test "$killed" -ge 1
eka --offline plan "$uri"
equal "after all of it a plan is what it was" 0 "$status"
matches "after all of it a plan is what it was" "$(drv_named server-1.4.0)" "$out"
finish
