# Another nginx in front of the server of serve.sh, for one scenario. To be sourced after scenario.sh.
#
#   front_start DIRECTORY SERVERS    starts it in its own directory; the function SERVERS prints its server blocks, given
#                                    the first of the ports that it may use. Sets FRONT_PORT to that port.
#
# Stopped on exit, and when the shell is killed.
front_configure() {  # DIRECTORY SERVERS PORT
  cat <<END
daemon off;
worker_processes 1;
$( ((EUID)) || echo 'user root;')
pid $1/nginx.pid;
error_log $1/error.log warn;
events { worker_connections 512; }
http {
  access_log $1/access.log;
  client_body_temp_path $1/body;
  proxy_temp_path $1/proxy;
  fastcgi_temp_path $1/fastcgi;
  scgi_temp_path $1/scgi;
  uwsgi_temp_path $1/uwsgi;
  proxy_http_version 1.1;
$("$2" "$3")
}
END
}

front_start() {
  local directory=$1 attempt pid
  PATH=$PATH:/usr/sbin:/sbin
  for attempt in {1..20}; do
    FRONT_PORT=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    front_configure "$directory" "$2" "$FRONT_PORT" >"$directory/nginx.conf"
    setpriv --pdeathsig TERM nginx -p "$directory" -c "$directory/nginx.conf" -e "$directory/error.log" \
      </dev/null >"$directory/out" 2>&1 &
    pid=$!
    while [[ ! -s $directory/nginx.pid ]] && kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    if kill -0 "$pid" 2>/dev/null; then
      at_exit "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
      return 0
    fi
  done
  echo "front: nginx does not start: $(cat "$directory/out" "$directory/error.log")" >&2
  return 1
}
