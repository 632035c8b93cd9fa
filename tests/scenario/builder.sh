# A machine that builds for others, reached through a real sshd.
#
#   builder_start     starts it; sets $there to its URL, to be used with --builders. Its system features: far
#   built_there NAME  whether it has an output with this name
source "$here/ssh.sh"

builder_start() {
  ssh_start
  export NIX_SSHOPTS="-F $SSH_DIR/client -p ${SSH_HOST##*:}"
  # A separate store in which its Nix builds for ssh clients.
  mkdir "$scratch/there"
  cat >"$scratch/nix-there" <<END
#!/bin/bash
export NIX_CONFIG='substituters =
build-users-group =
system-features = far
sandbox-paths = /bin /lib /lib64 /usr'
echo "\$SSH_CONNECTION" >>"$scratch/visits"
exec nix-store "\$@"
END
  chmod +x "$scratch/nix-there"
  there="ssh://${SSH_HOST%:*}?remote-store=$scratch/there&remote-program=$scratch/nix-there"
}
built_there() { ls -d "$scratch"/there/nix/store/*-"$1" >/dev/null 2>&1; }
