# The scope in which every atom is evaluated: Nix's own, except for what would let the machine it runs on show through.
#
# `import` and `scopedImport` of this scope carry it on, so that it holds for every file an atom reaches. (The walls are
# elsewhere: this is about getting the same answer everywhere, not about keeping anyone out.)
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

  # Nix also knows most builtins by a global name, and `<x>` means `__findFile __nixPath "x"`.
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
