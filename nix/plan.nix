# Evaluates a closure on disk to the derivations of its roots. This is the entry point of evaluation.
#
# `closure` is a JSON document:
#
#   { "config": { "platforms": { "build", "target", "legacy_target" }, … },
#     "system": the value of builtins.currentSystem, which is platforms.build,
#     "atoms": { <key>: <atom>, … },
#     "roots": [ <key>, … ],
#     "meta": true, to print the attribute `meta` of the derivations, too }
#
# The keys are opaque and unique. An <atom> is
#
#   { "label", "version",
#     "root": "/nix/store/<hash>-<label>", the path of its tree,
#     "compose": { "use": "nix", "entry": "…" }
#              | { "use": "static" }
#              | { "use": "atom", "atom": <key>, "entry": "…" },
#     "deps": { <set tag>: { <label>: <key> } },
#     "pins": { <name>: { "path": "/nix/store/<hash>-<store name>", "hash": SRI, "tree": bool } },
#     "gets": { <name>: { "url", "hash": SRI, "unpack": bool } } }
#
# Nothing is fetched: all paths exist. The roots are evaluated in order, and each result is printed to standard error
# immediately, in a line "trace: eka-answer <mark> { "label", "drvPath", "meta" }", so earlier results are kept when a later
# root fails. `mark` is a secret, so that an atom cannot print a result for another one.
{ closure, mark }:
let
  document = builtins.fromJSON closure;
  inherit (document) config system atoms roots;
  purity = import ./purity.nix { inherit system trees; };
  trees = builtins.concatMap (
    atom:
    [ atom.root ] ++ map (pin: pin.path) (builtins.filter (pin: pin.tree) (builtins.attrValues (atom.pins or { })))
  ) (builtins.attrValues atoms);
  # One lazy attribute per atom: all references to an atom are the same value. References may be cyclic as long as no
  # value depends on itself.
  values = builtins.mapAttrs (_: compose) atoms;
  compose = import ./compose.nix { inherit config purity values atoms; };
  contract = import ./contract.nix;
in
map (
  key:
  let
    answer = builtins.toJSON (contract.plannable (document.meta or false) atoms.${key} values.${key});
  in
  builtins.seq answer (builtins.trace "eka-answer ${mark} ${answer}" true)
) roots
