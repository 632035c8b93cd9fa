# A shared remote cache for one scenario: nginx with WebDAV. To be sourced after scenario.sh.
#
#   remote_cache_start    starts it with an empty directory $scratch/remote, and makes a key; sets $REMOTE_CACHE to its URL
#                         and $key to the public key. Below $REMOTE_CACHE/flaky the same content, but one request in ten
#                         fails
#   remote_log            prints its requests so far: "METHOD PATH STATUS" in each line
#   remote_forget         resets the log
#   machine NAME          another machine: its own home, cache and Nix store
#   as_reader, as_writer  how the following runs use the cache
source "$here/front.sh"

remote_servers() {
  cat <<END
  log_format short '\$request_method \$uri \$status \$bytes_sent';
  access_log $scratch/remote.log short;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  keepalive_requests 100000;
  split_clients "\$request_id" \$is_bad { 10% 1; * 0; }
  server {
    listen 127.0.0.1:$1 backlog=1024;
    location = /sync { return 204; }
    location /flaky/ {
      if (\$is_bad) { return 500; }
      alias $scratch/remote/;
      dav_methods PUT;
      create_full_put_path on;
    }
    location / {
      root $scratch/remote;
      dav_methods PUT;
      create_full_put_path on;
    }
  }
END
}

remote_cache_start() {
  mkdir -p "$scratch/remote" "$scratch/front"
  front_start "$scratch/front" remote_servers
  REMOTE_CACHE=http://127.0.0.1:$FRONT_PORT
  nix-store --generate-binary-cache-key ci-1 "$scratch/secret" "$scratch/public"
  key=$(cat "$scratch/public")
}

remote_log() {
  curl -sS "$REMOTE_CACHE/sync" >/dev/null
  local tries
  for tries in {1..500}; do
    if grep -q 'GET /sync' "$scratch/remote.log"; then break; fi
    sleep 0.01
  done
  grep -v ' /sync ' "$scratch/remote.log" || true
}
remote_forget() {
  remote_log >/dev/null
  : >"$scratch/remote.log"
}

machine() {
  export HOME=$scratch/$1/home XDG_CONFIG_HOME=$scratch/$1/config XDG_CACHE_HOME=$scratch/$1/cache NIX_REMOTE=$scratch/$1/store
  mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$NIX_REMOTE"
}

as_reader() {
  unset EKA_CACHE_PUSH EKA_CACHE_SIGNING_KEY EKA_CACHE_TRUST
  export EKA_CACHE_REMOTE=$REMOTE_CACHE EKA_CACHE_TRUSTED_KEYS=$key
}
as_writer() {
  as_reader
  export EKA_CACHE_PUSH=true EKA_CACHE_SIGNING_KEY=$scratch/secret
}
