# The derivation of an atom, by plain Nix: a second, simple implementation of the evaluation contract, used for
# comparison. It relies on a convention of eka-world: all manifests use the name of a set's repository as its tag.
{
  repositories,
  set,
  label,
  version,
  rev,
  # A directory with existing trees at <set>-<version>/<label>; if empty, they are fetched.
  trees ? null,
}:
let
  fetch =
    set: atom:
    if trees != null then
      /. + "${trees}/${set}-${atom.version}/${atom.label}"
    else
    builtins.fetchGit {
      url = "file://${repositories}/${set}.git";
      ref = "refs/eka/atoms/${atom.label}/${atom.version}";
      inherit (atom) rev;
      name = atom.label;
    };

  config.platforms = {
    build = builtins.currentSystem;
    target = builtins.currentSystem;
    legacy_target = builtins.currentSystem;
  };

  root = fetch set { inherit label version rev; };
  lock = builtins.fromTOML (builtins.readFile "${root}/atom.lock");

  # set -> label -> value
  values = builtins.foldl' (
    all: atom:
    let
      from = lock.sets.${atom.set}.tag;
    in
    all
    // {
      ${from} = (all.${from} or { }) // {
        ${atom.label} = value (fetch from atom);
      };
    }
  ) { } (lock.deps or [ ]);

  value =
    source:
    let
      directory = /. + builtins.unsafeDiscardStringContext "${source}";
      manifest = builtins.fromTOML (builtins.readFile (directory + "/atom.toml"));
      deps.from = builtins.mapAttrs (
        tag: builtins.mapAttrs (label: _: values.${tag}.${label})
      ) (manifest.deps.from or { });
      cfg = config // {
        inherit (manifest) package;
      };
      as = manifest.compose.as or { };
      composer = builtins.head (builtins.attrNames manifest.compose."with");
      chosen = manifest.compose."with".${composer};
    in
    if as ? nix then
      builtins.scopedImport {
        atoms = { inherit deps; };
        inherit cfg;
      } (directory + "/${as.nix}")
    else if as ? static then
      manifest
    else
      values.${chosen.from}.${composer} (directory + "/${chosen.entry or "."}") {
        extern = { inherit deps; };
        config = cfg;
      };
in
(value root).main
