# A real git daemon on a free loopback port, for one scenario. To be sourced after scenario.sh.
#
#   daemon_start ROOT    serves the repositories in ROOT at $DAEMON_URL
#   daemon_connections   the number of connections so far
#
# Stopped on exit, and when the shell is killed.
daemon_start() {
  local attempt port
  for attempt in {1..20}; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    : >"$scratch/daemon.log"
    setpriv --pdeathsig TERM "$(git --exec-path)/git-daemon" --listen=127.0.0.1 --port="$port" --base-path="$1" \
      --export-all --verbose </dev/null >"$scratch/daemon.log" 2>&1 &
    DAEMON_PID=$!
    while ! grep -q 'Ready to rumble' "$scratch/daemon.log"; do
      if ! kill -0 "$DAEMON_PID" 2>/dev/null; then continue 2; fi
      sleep 0.02
    done
    at_exit 'kill "$DAEMON_PID" 2>/dev/null; wait "$DAEMON_PID" 2>/dev/null'
    DAEMON_URL=git://127.0.0.1:$port
    return 0
  done
  echo "daemon: git daemon does not start: $(cat "$scratch/daemon.log")" >&2
  return 1
}
daemon_connections() { grep -c 'Connection from' "$scratch/daemon.log" || true; }
