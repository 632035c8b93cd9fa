# eka-proxy between eka and the server of serve.sh, for one scenario. To be sourced after scenario.sh; requires
# EKA_PROXY.
#
#   proxy_start OPTION…  starts it, or restarts it with other options: always on the same port, so that locks may name
#                        $PROXY_URL. In front of the server of serve.sh, or of $PROXY_TARGET (ADDRESS:PORT)
#   proxy_counts         prints its counters since then, as JSON
#   proxy_stop           stops it; also done on exit, and when the shell is killed
EKA_PROXY=$(realpath "${EKA_PROXY:?the path of the built eka-proxy}")
PROXY_NAME=proxy
PROXY_PORT=0  # none yet
PROXY_PID=
at_exit proxy_stop

proxy_start() {
  local attempt
  proxy_stop
  for attempt in {1..20}; do
    # Below the kernel's range of client ports, so that no client takes the port while the proxy is stopped.
    ((PROXY_PORT)) || PROXY_PORT=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    if proxy_try "$@"; then return 0; fi
    [[ -z ${PROXY_URL:-} ]] || break  # locks already name this port
    PROXY_PORT=0
  done
  echo "proxy: eka-proxy does not start: $(cat "$scratch/$PROXY_NAME.err")" >&2
  return 1
}

proxy_try() {
  # Old output would be mistaken for new, and a signal could arrive before the program has started.
  rm -f "$scratch/$PROXY_NAME.out"
  setpriv --pdeathsig TERM "$EKA_PROXY" "${PROXY_TARGET:-127.0.0.1:$SERVE_PORT}" --port "$PROXY_PORT" "$@" </dev/null \
    >"$scratch/$PROXY_NAME.out" 2>"$scratch/$PROXY_NAME.err" &
  PROXY_PID=$!
  while [[ ! -s $scratch/$PROXY_NAME.out ]]; do
    if ! kill -0 "$PROXY_PID" 2>/dev/null; then return 1; fi
    sleep 0.01
  done
  PROXY_URL=http://127.0.0.1:$PROXY_PORT
}

proxy_counts() {
  local lines tries
  lines=$(wc -l <"$scratch/$PROXY_NAME.out")
  kill -USR1 "$PROXY_PID"
  for tries in {1..500}; do
    if (($(wc -l <"$scratch/$PROXY_NAME.out") > lines)); then break; fi
    sleep 0.01
  done
  tail -n 1 "$scratch/$PROXY_NAME.out"
}

proxy_stop() {
  [[ -n $PROXY_PID ]] || return 0
  kill -TERM "$PROXY_PID" 2>/dev/null || true
  wait "$PROXY_PID" 2>/dev/null || true
  PROXY_PID=
}
