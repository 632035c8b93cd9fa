# A git server for one directory of bare repositories: nginx, fcgiwrap and git-http-backend on a loopback port. To be
# sourced by bash scripts. Needs no root, writes only to its own temporary directory.
#
#   serve_start ROOT [push]   serves the repositories in ROOT (created if missing) at $SERVE_URL; with "push", also
#                             accepts pushes. Returns when the port responds. Below $SERVE_URL/old only protocol v0.
#   serve_stop                stops the server; also done on exit, and when the shell is killed
#   serve_log                 prints the requests so far, one JSON object per line (see log_format below); includes
#                             every request whose response a client has received
#   serve_forget              resets the log
#
# The server is started before the repositories are created, since their locks name its URL. This also avoids races for
# the port: nginx itself binds it, and another one is tried if it cannot.

# An extensible EXIT trap, since a shell has only one. The last added command runs first; it may set exit_code.
at_exit_commands=()
at_exit() { at_exit_commands=("$1" "${at_exit_commands[@]}"); }
run_at_exit() {
  exit_code=$?
  local command
  trap - EXIT
  trap '' INT TERM HUP
  for command in "${at_exit_commands[@]}"; do eval "$command" || true; done
  exit "$exit_code"
}
trap run_at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

serve_start() {
  local root=$1 push=${2:-} backend program attempt
  backend=$(git --exec-path)/git-http-backend
  PATH=$PATH:/usr/sbin:/sbin
  for program in nginx fcgiwrap setpriv; do
    command -v "$program" >/dev/null || { echo "serve: $program is not installed (scripts/deps)" >&2; return 1; }
  done
  [[ -x $backend ]] || { echo "serve: there is no $backend" >&2; return 1; }
  mkdir -p "$root"
  root=$(cd "$root" && pwd)
  # A directory with a short name: the path of a unix socket is limited to 107 bytes.
  SERVE_DIR=$(mktemp -d "/tmp/eka-serve.XXXXXX")
  SERVE_PIDS=()
  at_exit serve_stop
  mkdir "$SERVE_DIR/tmp"

  # Separate processes rather than one with workers (-c), which would survive its kill. With --pdeathsig they end with
  # this shell even if it is killed with SIGKILL.
  local worker workers=${SERVE_BACKENDS:-8}
  for ((worker = 1; worker <= workers; worker++)); do
    setpriv --pdeathsig TERM fcgiwrap -s "unix:$SERVE_DIR/cgi.$worker" </dev/null >>"$SERVE_DIR/fcgiwrap.log" 2>&1 &
    SERVE_PIDS+=($!)
  done

  for attempt in {1..20}; do
    # Below the kernel's range of client ports (32768 and up).
    SERVE_PORT=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$SERVE_PORT") 2>/dev/null; then continue; fi
    serve_configure "$root" "$push" "$backend" "$workers"
    setpriv --pdeathsig TERM nginx -p "$SERVE_DIR" -c "$SERVE_DIR/nginx.conf" -e "$SERVE_DIR/error.log" \
      </dev/null >>"$SERVE_DIR/nginx.out" 2>&1 &
    local nginx=$!
    # nginx writes its pid after it has bound the port.
    while [[ ! -s $SERVE_DIR/nginx.pid ]] && kill -0 "$nginx" 2>/dev/null; do sleep 0.02; done
    if kill -0 "$nginx" 2>/dev/null; then
      SERVE_PIDS+=("$nginx")
      SERVE_URL=http://127.0.0.1:$SERVE_PORT
      for ((worker = 1; worker <= workers; worker++)); do
        while [[ ! -S $SERVE_DIR/cgi.$worker ]] && kill -0 "${SERVE_PIDS[worker - 1]}"; do sleep 0.02; done
      done
      return 0
    fi
    wait "$nginx" || true
  done
  echo "serve: nginx does not start:" >&2
  cat "$SERVE_DIR/nginx.out" "$SERVE_DIR/error.log" >&2
  return 1
}

serve_configure() {
  local root=$1 push=$2 backend=$3 workers=$4 user= worker
  ((EUID)) || user='user root;'
  cat >"$SERVE_DIR/nginx.conf" <<END
daemon off;
$user
worker_processes 1;
pid $SERVE_DIR/nginx.pid;
error_log $SERVE_DIR/error.log warn;
events { worker_connections 4096; }
http {
  client_body_temp_path $SERVE_DIR/tmp/body;
  fastcgi_temp_path $SERVE_DIR/tmp/fastcgi;
  proxy_temp_path $SERVE_DIR/tmp/proxy;
  scgi_temp_path $SERVE_DIR/tmp/scgi;
  uwsgi_temp_path $SERVE_DIR/tmp/uwsgi;

  # The body of a v2 request contains its command: ls-refs or fetch.
  map \$request_body \$git_command { default "-"; "~command=(?<command>[a-z-]+)" \$command; }
  map \$request_body \$git_have { default ""; "~have (?<have>[0-9a-f]+)" \$have; }
  # Below /old the server ignores "Git-Protocol", like a server without v2.
  map \$uri \$repository_path { default \$uri; "~^/old(?<beneath>/.*)\$" \$beneath; }
  map \$uri \$protocol_heard { default \$http_git_protocol; "~^/old/" ""; }
  log_format requests escape=json '{"connection":"\$connection","host":"\$http_host","method":"\$request_method",'
    '"path":"\$uri","query":"\$args","protocol":"\$http_git_protocol","command":"\$git_command","have":"\$git_have","status":\$status,'
    '"received":\$request_length,"sent":\$bytes_sent,"http":"\$server_protocol","ended":\$msec,"took":\$request_time}';
  access_log $SERVE_DIR/access.log requests;

  client_max_body_size 0;
  client_body_buffer_size 1m;
  keepalive_timeout 60s;
  keepalive_requests 100000;
  fastcgi_read_timeout 600s;

  upstream backends {
    least_conn;
$(for ((worker = 1; worker <= workers; worker++)); do echo "    server unix:$SERVE_DIR/cgi.$worker max_fails=0;"; done)
  }

  server {
    listen 127.0.0.1:$SERVE_PORT backlog=1024;
    location = /serve-sync { return 204; }
    location ~ ^/(.+\.git|plain)/(HEAD|info/refs|objects/.*|git-(upload|receive)-pack)\$ {
      fastcgi_pass backends;
      fastcgi_param SCRIPT_FILENAME $backend;
      fastcgi_param GIT_PROJECT_ROOT $root;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO \$repository_path;
      fastcgi_param HTTP_GIT_PROTOCOL \$protocol_heard;
      fastcgi_param QUERY_STRING \$query_string;
      fastcgi_param REQUEST_METHOD \$request_method;
      fastcgi_param CONTENT_TYPE \$content_type;
      fastcgi_param CONTENT_LENGTH \$content_length;
      fastcgi_param REMOTE_ADDR \$remote_addr;
      fastcgi_param REMOTE_USER "${push:+pusher}";
      fastcgi_param HOME $SERVE_DIR/tmp;
      # The repositories may belong to another user than the server.
      fastcgi_param GIT_CONFIG_COUNT 2;
      fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
      fastcgi_param GIT_CONFIG_VALUE_0 *;
      fastcgi_param GIT_CONFIG_KEY_1 http.receivepack;
      fastcgi_param GIT_CONFIG_VALUE_1 $([[ -n $push ]] && echo true || echo false);
    }
    # Single files in a directory named files.
    location ~ ^/files/ { root $root; }
    location / { return 404; }
  }
}
END
}

serve_stop() {
  [[ -n ${SERVE_DIR:-} ]] || return 0
  local pid
  for pid in "${SERVE_PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${SERVE_PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  SERVE_PIDS=()
  rm -rf "$SERVE_DIR"
  SERVE_DIR=
}

# Sends a request as a marker: nginx has one worker, which logs a request when it sends its last byte. When the marker
# is in the log, so is everything before it.
serve_log() {
  local mark="mark=$RANDOM$RANDOM$RANDOM" tries
  exec 3<>"/dev/tcp/127.0.0.1/$SERVE_PORT"
  printf 'GET /serve-sync?%s HTTP/1.0\r\n\r\n' "$mark" >&3
  cat <&3 >/dev/null
  exec 3>&-
  for tries in {1..500}; do
    if grep -q "$mark" "$SERVE_DIR/access.log"; then break; fi
    sleep 0.01
  done
  sed -e "/$mark/,\$d" -e '/serve-sync/d' "$SERVE_DIR/access.log"
}

serve_forget() {
  serve_log >/dev/null
  : >"$SERVE_DIR/access.log"
}
