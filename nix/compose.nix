# The value of one atom, by the composer it chose.
{
  config,
  purity,
  values,
  atoms,
}:
atom:
let
  # A path and not a string, so that `./.` and the like mean in an atom what they mean in any imported tree.
  root = /. + atom.root;
  manifest = builtins.fromTOML (builtins.readFile (root + "/atom.toml"));

  cfg = config // {
    inherit (manifest) package;
  };

  deps = {
    from = builtins.mapAttrs (_: builtins.mapAttrs (_: key: values.${key})) atom.deps;
    pins = builtins.mapAttrs (_: pin) (atom.pins or { });
    get = builtins.mapAttrs get (atom.gets or { });
  };

  # A source that lies on disk. `import` reads it where it stands; only `src`, when it ends up in a derivation, makes a
  # store path of it.
  pin = source: {
    src = builtins.path {
      path = /. + source.path;
      name = contract.name_of source.path;
      sha256 = source.hash;
      recursive = source.tree;
    };
    import = path: purity.import (/. + source.path + "/${path}");
  };

  # A source that is fetched when it is built: the derivation of <nix/fetchurl.nix>.
  get = name: source: {
    src = import <nix/fetchurl.nix> {
      inherit (source) url hash;
      inherit name;
      unpack = source.unpack or false;
    };
  };

  contract = import ./contract.nix;

  by = {
    nix = purity.scopedImport {
      atoms = {
        inherit deps;
      };
      inherit cfg;
    } (root + "/${atom.compose.entry}");

    static = manifest;

    atom =
      contract.composer atom atoms.${atom.compose.atom} values.${atom.compose.atom}
        (root + "/${atom.compose.entry}")
        {
          extern = {
            inherit deps;
          };
          config = cfg;
        };
  };
in
builtins.addErrorContext "while evaluating the atom ${atom.label} ${atom.version}" by.${atom.compose.use}
