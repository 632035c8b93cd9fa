#!/bin/bash
# SIGINT and SIGKILL at 50 points of a run each, spread over its length: nothing is left behind that would be wrong, and
# the next run is right.
source "$(dirname "$0")/scenario.sh"
source "$here/faults.sh"
faults_begin

# A line that is slow enough for the points to fall between one packet and the next, too.
line=(--latency 5 --bandwidth 200K)
proxy_start "${line[@]}"
fresh_cache
begin=${EPOCHREALTIME/[.,]/}
eka prefetch "$uri"
took=$((${EPOCHREALTIME/[.,]/} - begin))
equal "over a slow line: exit code" 0 "$status"

# strike SIGNAL POINT: sends it at a point of $points of a run; the exit code is in $status.
points=50
strike() {
  local after=$((took * $2 / points)) victim
  "$EKA" prefetch "$uri" </dev/null >"$scratch/out" 2>"$scratch/err" &
  victim=$!
  sleep "$(printf '%d.%06d' $((after / 1000000)) $((after % 1000000)))"
  kill -"$1" "$victim" 2>/dev/null || true
  status=0
  wait "$victim" 2>/dev/null || status=$?
}

interrupted=0
for ((point = 1; point <= points; point++)); do
  if ((point % 5 == 1)); then fresh_cache; fi
  strike INT "$point"
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
  strike KILL "$point"
  if ((status == 137)); then killed=$((killed + 1)); fi
  if ((point % 5 == 0)); then
    # What a killed run was bringing is removed by the next.
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
