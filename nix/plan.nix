# From a closure on disk to the derivations of its roots. The whole of evaluation starts here.
#
# `closure` is a JSON document:
#
#   { "config": { "platforms": { "build", "target", "legacy_target" }, … },
#     "system": what builtins.currentSystem is to be, which is platforms.build,
#     "atoms": { <key>: <atom>, … },
#     "roots": [ <key>, … ] }
#
# The keys are opaque and unique. An <atom> is
#
#   { "label", "version",
#     "root": "/nix/store/<hash>-<label>", where its tree stands,
#     "compose": { "use": "nix", "entry": "…" }
#              | { "use": "static" }
#              | { "use": "atom", "atom": <key>, "entry": "…" },
#     "deps": { <set tag>: { <label>: <key> } },
#     "pins": { <name>: { "path": "/nix/store/<hash>-<store name>", "hash": SRI, "tree": bool } },
#     "gets": { <name>: { "url", "hash": SRI, "unpack": bool } } }
#
# Nothing is fetched: every path exists already. The roots are evaluated in their order, and each is told on standard
# error as soon as it is done, in a line "trace: eka-answer <mark> { "label", "drvPath" }": what was answered stays
# answered when a later root fails. `mark` is a secret, so that no atom can answer for another.
{ closure, mark }:
let
  inherit (builtins.fromJSON closure) config system atoms roots;
  purity = import ./purity.nix { inherit system; };
  # One lazy attribute per atom: whoever refers to an atom refers to the same value, and atoms may refer to each other
  # in circles as long as no value needs itself.
  values = builtins.mapAttrs (_: compose) atoms;
  compose = import ./compose.nix { inherit config purity values atoms; };
  contract = import ./contract.nix;
in
map (
  key:
  let
    answer = builtins.toJSON (contract.plannable atoms.${key} values.${key});
  in
  builtins.seq answer (builtins.trace "eka-answer ${mark} ${answer}" true)
) roots
