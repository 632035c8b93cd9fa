# Servers and simulated networks. To be sourced after tests/scenario/serve.sh and tests/scenario/ssh.sh.
#
#   line_start ADDRESS:PORT LATENCY BANDWIDTH   eka-proxy in front of a server; sets line_port. BANDWIDTH is in bytes per
#                                               second; 0: unlimited.
#   line_counts                                 traffic so far, as JSON
#   line_stop
#   git_daemon_start ROOT                       git daemon; sets GIT_DAEMON_PORT
#   servers_counted                             moves the running servers, their children and later proxies to a control
#                                               group, if permitted; required by server_cpu_ms
#   server_cpu_ms                               their CPU time so far; "null" if unknown. (The CPU time of fcgiwrap does
#                                               not include its children.)

line_start() {
  local target=$1 latency=$2 bandwidth=$3 tries
  line_log=$scratch/line.$RANDOM$RANDOM
  setpriv --pdeathsig TERM "$EKA_PROXY" --latency "$latency" --bandwidth "$bandwidth" "$target" >"$line_log" 2>&1 &
  line_pid=$!
  for tries in {1..500}; do
    [[ -s $line_log ]] && break
    kill -0 "$line_pid" || { cat "$line_log" >&2; return 1; }
    sleep 0.01
  done
  line_port=$(head -n 1 "$line_log" | jq -r .port)
  join_servers "$line_pid"
}

line_counts() {
  local before tries
  before=$(wc -l <"$line_log")
  kill -USR1 "$line_pid"
  for tries in {1..500}; do
    (($(wc -l <"$line_log") == before)) || break
    sleep 0.01
  done
  tail -n 1 "$line_log"
}

line_stop() {
  [[ -n ${line_pid:-} ]] || return 0
  kill -TERM "$line_pid" 2>/dev/null || true
  wait "$line_pid" 2>/dev/null || true
  rm -f "$line_log"
  line_pid=
}
at_exit line_stop

git_daemon_start() {
  local root=$1 attempt tries
  for attempt in {1..20}; do
    GIT_DAEMON_PORT=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    setpriv --pdeathsig TERM git -c safe.directory='*' daemon --reuseaddr --export-all --max-connections=0 \
      --base-path="$root" --listen=127.0.0.1 --port="$GIT_DAEMON_PORT" </dev/null >>"$scratch/git-daemon.log" 2>&1 &
    GIT_DAEMON_PID=$!
    for tries in {1..200}; do
      kill -0 "$GIT_DAEMON_PID" 2>/dev/null || continue 2
      if (exec 3<>"/dev/tcp/127.0.0.1/$GIT_DAEMON_PORT") 2>/dev/null; then
        server_pids+=("$GIT_DAEMON_PID")
        at_exit 'kill "$GIT_DAEMON_PID" 2>/dev/null; wait "$GIT_DAEMON_PID" 2>/dev/null'
        return 0
      fi
      sleep 0.02
    done
  done
  echo "bench: git daemon failed to start:" >&2
  cat "$scratch/git-daemon.log" >&2
  return 1
}

server_group=
servers_counted() {
  local group=/sys/fs/cgroup/eka-bench.$$ pid
  [[ -e /sys/fs/cgroup/cgroup.controllers ]] || group=/sys/fs/cgroup/cpuacct/eka-bench.$$
  mkdir "$group" 2>/dev/null || return 0
  server_group=$group
  at_exit 'rmdir "$server_group" 2>/dev/null'
  for pid in "${SERVE_PIDS[@]}" "${GIT_DAEMON_PID:-}" "${SSH_PID:-}"; do join_servers "$pid"; done
}

join_servers() {
  [[ -z $server_group || -z $1 ]] || echo "$1" >"$server_group/cgroup.procs" || true
}

server_cpu_ms() {
  if [[ -e $server_group/cpu.stat && -e /sys/fs/cgroup/cgroup.controllers ]]; then
    awk '/^usage_usec/ { print int($2 / 1000) }' "$server_group/cpu.stat"
  elif [[ -e $server_group/cpuacct.usage ]]; then
    awk '{ print int($1 / 1000000) }' "$server_group/cpuacct.usage"
  else
    echo null
  fi
}
