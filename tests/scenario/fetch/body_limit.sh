#!/bin/bash
# Servers that limit the size of requests: large ones are compressed, and sent in parts if they are still too large.
source "$(dirname "$0")/../scenario.sh"
source "$here/front.sh"

serve_start "$www"
make_world make --sets 1 --atoms 400 --versions 1 --files 1 --file-size 100 --deps 0 --levels 1 --seed 3
repository=$(basename "$(ls -d "$www"/*.git)")

front=$(mktemp -d /tmp/eka-front.XXXXXX)
at_exit 'rm -rf "$front"'
limiting_servers() {  # PORT
  local limit number=0
  echo "log_format short '\$status \$http_content_encoding \$http_user_agent';"
  for limit in 14k 2k 10; do
    cat <<END
  server {
    listen 127.0.0.1:$(($1 + number));
    access_log $front/$limit.log short;
    client_max_body_size $limit;
    if (\$http_user_agent !~ "^git/[0-9]") { return 403; }
    location / { proxy_pass http://127.0.0.1:$SERVE_PORT; }
  }
END
    number=$((number + 1))
  done
}
front_start "$front" limiting_servers

# brings LIMIT PORT: plans the fetch of all atoms through that server.
brings() {
  of_world '.atoms[].label' | sed "s|^|http://127.0.0.1:$2/$repository::|" >"$scratch/uris"
  mapfile -t uris <"$scratch/uris"
  fresh_cache
  serve_forget
  eka prefetch --json "${uris[@]}"
}
cached() { git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname)' refs | grep -c '^refs/atoms-' || true; }

brings 14k "$FRONT_PORT"
equal "14 KB: exit code" 0 "$status"
all=$(cached)
check "14 KB: all atoms" test "$all" -ge 400
equal "14 KB: nothing was too large" 0 "$(grep -c '^413' "$front/14k.log" || true)"
check "14 KB: the request was compressed" grep -q '^200 gzip ' "$front/14k.log"

brings 2k $((FRONT_PORT + 1))
equal "2 KB: exit code" 0 "$status"
equal "2 KB: all atoms" "$all" "$(cached)"
check "2 KB: requests were too large" grep -q '^413' "$front/2k.log"
at_most "2 KB: not one request for each atom" 200 "$(wc -l <"$front/2k.log")"

brings 10 $((FRONT_PORT + 2))
equal "10 bytes: exit code" 4 "$status"
equal "10 bytes: the error of all atoms is printed once" 1 "$(grep -c '^error:' <<<"$err")"
matches "10 bytes: the reason" "the request is larger than the server allows \(HTTP status 413\)" "$err"
matches "10 bytes: the atoms" " and [0-9]+ more" "$err"
at_most "10 bytes: bytes of standard error" 4000 "${#err}"
at_most "10 bytes: requests" 30 "$(wc -l <"$front/10.log")"
finish
