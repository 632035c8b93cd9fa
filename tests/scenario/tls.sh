# TLS in front of the server of serve.sh, for one scenario: a real nginx with certificates created for this run. To be
# sourced after scenario.sh, started after serve_start; sources front.sh.
#
#   tls_start    sets TLS_DIR, and the URLs of five servers with different certificates:
#                TLS_URL       signed by the authority $TLS_DIR/ca.pem for 127.0.0.1
#                TLS_MUTUAL    the same, and requires a client certificate: $TLS_DIR/client.pem, $TLS_DIR/client.key
#                TLS_SELF      self-signed
#                TLS_OTHER     signed by the authority for another host
#                TLS_EXPIRED   signed by the authority, expired yesterday
source "$here/front.sh"

# tls_certificate NAME SUBJECT-ALTERNATIVE-NAME VALIDITY…: creates NAME.pem and NAME.key, signed by the authority.
tls_certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial "${@:3}" -out "$1.pem" \
    -extfile <(echo "subjectAltName=$2")
}

tls_certificates() {
  local own=(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2)
  "${own[@]}" -subj "/CN=authority" -keyout ca.key -out ca.pem
  "${own[@]}" -subj "/CN=self" -addext subjectAltName=IP:127.0.0.1 -keyout self.key -out self.pem
  tls_certificate good IP:127.0.0.1 -days 2
  tls_certificate client DNS:client -days 2
  tls_certificate other DNS:other.invalid -days 2
  # Newer versions refuse a negative number of days, and older ones have no dates.
  local expired=(-days -1)
  if openssl x509 -help 2>&1 | grep -q -e '-not_after'; then
    expired=(-not_before "$(date -u -d '3 days ago' +%Y%m%d%H%M%SZ)" -not_after "$(date -u -d yesterday +%Y%m%d%H%M%SZ)")
  fi
  tls_certificate expired IP:127.0.0.1 "${expired[@]}"
}

tls_server() {  # PORT NAME DIRECTIVE…
  cat <<END
  server {
    listen 127.0.0.1:$1 ssl http2;
    ssl_certificate $TLS_DIR/$2.pem;
    ssl_certificate_key $TLS_DIR/$2.key;
    ${*:3}
    location / { proxy_pass http://127.0.0.1:$SERVE_PORT; }
  }
END
}

tls_servers() {  # PORT
  tls_server "$1" good
  tls_server $(($1 + 1)) good "ssl_client_certificate $TLS_DIR/ca.pem; ssl_verify_client on;"
  tls_server $(($1 + 2)) self
  tls_server $(($1 + 3)) other
  tls_server $(($1 + 4)) expired
}

tls_start() {
  TLS_DIR=$(mktemp -d /tmp/eka-tls.XXXXXX)
  at_exit 'rm -rf "$TLS_DIR"'
  (cd "$TLS_DIR" && tls_certificates) >"$TLS_DIR/openssl.log" 2>&1 || { cat "$TLS_DIR/openssl.log" >&2; return 1; }
  front_start "$TLS_DIR" tls_servers
  TLS_URL=https://127.0.0.1:$FRONT_PORT
  TLS_MUTUAL=https://127.0.0.1:$((FRONT_PORT + 1))
  TLS_SELF=https://127.0.0.1:$((FRONT_PORT + 2))
  TLS_OTHER=https://127.0.0.1:$((FRONT_PORT + 3))
  TLS_EXPIRED=https://127.0.0.1:$((FRONT_PORT + 4))
}
