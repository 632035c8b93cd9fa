# A server with login in front of the one of serve.sh: a real nginx with HTTP Basic authentication. To be sourced after
# scenario.sh, started after serve_start; sources front.sh.
#
#   login_start    serves the contents of serve.sh at $LOGIN_URL, only for "joe" with password $secret; $wrong is invalid
source "$here/front.sh"

secret=correct-horse-$RANDOM$RANDOM
wrong=battery-staple-$RANDOM$RANDOM

login_server() {  # PORT
  cat <<END
  server {
    listen 127.0.0.1:$1;
    auth_basic closed;
    auth_basic_user_file $LOGIN_DIR/users;
    location / {
      proxy_pass http://127.0.0.1:$SERVE_PORT;
      proxy_set_header Authorization "";
    }
  }
END
}

login_start() {
  LOGIN_DIR=$(mktemp -d /tmp/eka-login.XXXXXX)
  at_exit 'rm -rf "$LOGIN_DIR"'
  echo "joe:$(openssl passwd -apr1 "$secret")" >"$LOGIN_DIR/users"
  front_start "$LOGIN_DIR" login_server
  LOGIN_URL=http://127.0.0.1:$FRONT_PORT
}
