# A real sshd on a free loopback port, for one scenario. To be sourced after scenario.sh.
#
#   ssh_start    starts it; sets SSH_DIR (its keys; "client" is a configuration for ssh -F) and SSH_HOST (for URLs)
#
# Runs as the user of the scenario, with keys created for this run. Stopped on exit, and when the shell is killed.
ssh_start() {
  local program attempt port
  PATH=$PATH:/usr/sbin:/sbin
  program=$(command -v sshd) || { echo "ssh: sshd is not installed (scripts/deps)" >&2; return 1; }
  SSH_DIR=$(mktemp -d /tmp/eka-ssh.XXXXXX)
  at_exit 'rm -rf "$SSH_DIR"'
  ssh-keygen -q -t ed25519 -N '' -f "$SSH_DIR/host"
  ssh-keygen -q -t ed25519 -N '' -f "$SSH_DIR/user"
  cp "$SSH_DIR/user.pub" "$SSH_DIR/authorized"
  # sshd requires this directory when run as root.
  if [[ $(id -u) == 0 ]]; then mkdir -p /run/sshd; fi
  for attempt in {1..20}; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    cat >"$SSH_DIR/server" <<EOF
ListenAddress 127.0.0.1
Port $port
HostKey $SSH_DIR/host
AuthorizedKeysFile $SSH_DIR/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
AcceptEnv GIT_PROTOCOL
EOF
    setpriv --pdeathsig TERM "$program" -D -e -f "$SSH_DIR/server" </dev/null >>"$SSH_DIR/log" 2>&1 &
    SSH_PID=$!
    for _ in {1..50}; do
      if ! kill -0 "$SSH_PID" 2>/dev/null; then continue 2; fi
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break 2; fi
      sleep 0.1
    done
  done
  at_exit 'kill "$SSH_PID" 2>/dev/null; wait "$SSH_PID" 2>/dev/null'
  SSH_HOST=$(id -un)@127.0.0.1:$port
  cat >"$SSH_DIR/client" <<EOF
Host *
  IdentityFile $SSH_DIR/user
  IdentitiesOnly yes
  BatchMode yes
  UserKnownHostsFile $SSH_DIR/known
EOF
  echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$SSH_DIR/host.pub")" >"$SSH_DIR/known"
}
