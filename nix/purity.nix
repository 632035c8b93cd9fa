# The scope in which all atoms are evaluated: Nix's global scope, without anything that depends on the machine, and with
# the builtins of newer versions that this one lacks (newer.nix).
#
# `import` and `scopedImport` of this scope pass it on, so it applies to all files of an atom. This makes results
# reproducible; security is provided by the sandbox (docs/evaluation.md).
#
# Nix evaluates a file only once, however often it is imported, but not with builtins.scopedImport. `import` of this
# scope therefore keeps the values of files itself. `trees` are the directories whose files are kept; files elsewhere
# are evaluated for each import.
{ system, trees }:
let
  supplied = builtins.removeAttrs (import ./newer.nix) (builtins.attrNames builtins);

  replaced = {
    getEnv = _: "";
    nixPath = [ ];
    currentTime = 0;
    currentSystem = system;
    storePath =
      path: abort "builtins.storePath is not available to an atom: a dependency must be declared in its atom.toml";
    import =
      path:
      let
        text = toString path;
        file = if builtins.hasContext text then null else find text;
      in
      # With a context, `path` may be the output of a derivation, which Nix must build first.
      if file == null then evaluate path else file.value;
    scopedImport = extra: builtins.scopedImport (scope // extra);
    builtins = builtins // supplied // replaced;
  };

  # Most builtins also have a global name, and `<x>` means `__findFile __nixPath "x"`.
  scope = {
    inherit (replaced) builtins import scopedImport;
    __getEnv = replaced.getEnv;
    __nixPath = replaced.nixPath;
    __currentTime = replaced.currentTime;
    __currentSystem = replaced.currentSystem;
    __storePath = replaced.storePath;
  }
  // global_names supplied;
  evaluate = builtins.scopedImport scope;

  # Files by their path: the trees, in which each directory is read when it is first needed.
  roots = builtins.listToAttrs (
    map (path: {
      name = path;
      value = node (/. + path) "directory";
    }) trees
  );
  node =
    path: type:
    let
      below = if type == "directory" then builtins.mapAttrs (name: node (path + "/${name}")) (builtins.readDir path) else { };
    in
    {
      inherit type below;
      value = if below."default.nix".type or null == "regular" then below."default.nix".value else evaluate path;
    };
  # The node of a path in its canonical form, or null.
  find =
    path:
    roots.${path} or (
      if path == "/" || path == "." then
        null
      else
        let
          parent = find (dirOf path);
        in
        if parent == null then null else parent.below.${baseNameOf path} or null
    );

  # "break" alone is also a global name without underscores.
  global_names =
    functions:
    builtins.listToAttrs (
      map (name: {
        name = if name == "break" then name else "__${name}";
        value = functions.${name};
      }) (builtins.attrNames functions)
    );
in
{
  inherit scope;
  inherit (replaced) import scopedImport;
}
