# The scope in which all atoms are evaluated: Nix's global scope, without anything that depends on the machine.
#
# `import` and `scopedImport` of this scope pass it on, so it applies to all files of an atom. This makes results
# reproducible; security is provided by the sandbox (docs/evaluation.md).
{ system }:
let
  replaced = {
    getEnv = _: "";
    nixPath = [ ];
    currentTime = 0;
    currentSystem = system;
    storePath =
      path: abort "builtins.storePath is not available to an atom: a dependency must be declared in its atom.toml";
    import = builtins.scopedImport scope;
    scopedImport = extra: builtins.scopedImport (scope // extra);
    builtins = builtins // replaced;
  };

  # Most builtins also have a global name, and `<x>` means `__findFile __nixPath "x"`.
  scope = {
    inherit (replaced) builtins import scopedImport;
    __getEnv = replaced.getEnv;
    __nixPath = replaced.nixPath;
    __currentTime = replaced.currentTime;
    __currentSystem = replaced.currentSystem;
    __storePath = replaced.storePath;
  };
in
{
  inherit scope;
  inherit (replaced) import scopedImport;
}
