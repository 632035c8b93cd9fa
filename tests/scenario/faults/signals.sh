#!/bin/bash
# SIGINT and SIGKILL at 50 points each, spread over the duration of a run: the state left behind is valid, and the next
# run succeeds.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/strikes.sh"
faults_begin

# A network slow enough for some points to fall between two packets.
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
    0) ;;  # it had finished
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
    # Incomplete fetches of a killed run are removed by the next run.
    proxy_start
    recovers "SIGKILL at $point/$points"
    sound "SIGKILL at $point/$points"
    proxy_start "${line[@]}"
  fi
done
check "SIGKILL: it struck before the end ($killed of $points times)" test "$killed" -ge 1
eka --offline plan "$uri"
equal "afterwards a plan gives the same result" 0 "$status"
matches "afterwards a plan gives the same result" "$(drv_named server-1.4.0)" "$out"
finish
