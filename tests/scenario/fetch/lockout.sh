#!/bin/bash
# Servers lock out users after a few failed logins: eka sends none that nobody gave, and a wrong one once, however many
# repositories of the host are needed.
source "$(dirname "$0")/../scenario.sh"
source "$here/front.sh"

serve_start "$www"
make_world demo
for number in {1..21}; do ln -s company.git "$www/r$number.git"; done

front=$(mktemp -d /tmp/eka-front.XXXXXX)
at_exit 'rm -rf "$front"'
echo "joe:$(openssl passwd -apr1 right)" >"$front/users"
closed_server() {  # PORT
  cat <<END
  log_format logins '\$status \$http_authorization';
  server {
    listen 127.0.0.1:$1;
    access_log $front/logins.log logins;
    auth_basic closed;
    auth_basic_user_file $front/users;
    location / {
      proxy_pass http://127.0.0.1:$SERVE_PORT;
      proxy_set_header Authorization "";
    }
  }
END
}
front_start "$front" closed_server

export GIT_CONFIG_GLOBAL=$scratch/gitconfig EKA_NET_RETRY=1
cat >"$scratch/helper" <<END
#!/bin/sh
cat >/dev/null
if test "\$1" = get; then cat "$scratch/knows"; fi
END
chmod +x "$scratch/helper"
helper=("[credential]" "helper = $scratch/helper")

# ask WHO CODE LOGINS CONFIGURATION…: with 21 repositories, as WHO ("", "bob@", …), eka exits with CODE after LOGINS
# failed logins.
ask() {
  local what=$1 who=$2 code=$3 logins=$4 number uris=()
  shift 4
  printf '%s\n' "$@" >"$GIT_CONFIG_GLOBAL"
  for number in {1..21}; do uris+=("http://$who""127.0.0.1:$FRONT_PORT/r$number.git::server@^1"); done
  : >"$front/logins.log"
  fresh_cache
  eka prefetch "${uris[@]}"
  equal "$what: exit code" "$code" "$status"
  equal "$what: failed logins" "$logins" "$(grep '^401' "$front/logins.log" | grep -vc ' -$' || true)"
}

printf 'username=joe\npassword=right\n' >"$scratch/knows"
ask "a helper that is right" "" 0 0 "${helper[@]}"
ask "a helper that is right, by path" "" 0 0 "${helper[@]}" "useHttpPath = true"
printf 'username=bob\npassword=\n' >"$scratch/knows"
ask "a user, and a helper without a password" bob@ 4 0 "${helper[@]}"
equal "the error of all repositories is printed once" 1 "$(grep -c '^error:' <<<"$err")"
: >"$scratch/knows"
ask "a user, and a helper that knows nothing" bob@ 4 0 "${helper[@]}"
ask "a user with an empty password" bob:@ 4 0
printf 'username=joe\npassword=wrong\n' >"$scratch/knows"
ask "a helper that is wrong" "" 4 1 "${helper[@]}"
ask "a user, and a helper that is wrong" joe@ 4 1 "${helper[@]}"
ask "a helper that is wrong, by path" "" 4 1 "${helper[@]}" "useHttpPath = true"
ask "a wrong password in the URL" joe:wrong@ 4 1
ask "a wrong header" "" 4 1 "[http]" "extraHeader = Authorization: Basic $(printf 'joe:wrong' | base64)"
ask "a right header" "" 0 0 "[http]" "extraHeader = Authorization: Basic $(printf 'joe:right' | base64)"
printf 'machine 127.0.0.1 login joe password wrong\n' >"$HOME/.netrc"
ask "a wrong netrc" "" 4 1
ask "a wrong netrc, and a helper that says the same" "" 4 1 "${helper[@]}"
finish
