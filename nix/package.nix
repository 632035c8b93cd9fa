# eka as a package of nixpkgs: pkgs.callPackage ./nix/package.nix { }. Nix itself is the user's.
{
  lib,
  stdenv,
  makeBinaryWrapper,
  meson,
  ninja,
  pkg-config,
  asio,
  cli11,
  curl,
  fmt,
  icu,
  libarchive,
  libgit2,
  libseccomp,
  openssl,
  simdjson,
  sqlite,
  tomlplusplus,
  zlib,
  bubblewrap,
  gitMinimal,
  openssh,
  commit ? "unknown",
}:
stdenv.mkDerivation {
  pname = "eka";
  version = builtins.head (builtins.match ".*\n  version: '([^']*)'.*" (builtins.readFile ../meson.build));

  src = lib.cleanSource ../.;
  # As git does in archives of the source.
  postPatch = ''
    echo "${commit}" > .commit
  '';

  nativeBuildInputs = [
    makeBinaryWrapper
    meson
    ninja
    pkg-config
  ];
  # The first one is for nixec, a static program.
  buildInputs = lib.optional (stdenv.cc.libc ? static) stdenv.cc.libc.static ++ [
    asio
    cli11
    curl
    fmt
    icu
    libarchive
    libgit2
    libseccomp
    openssl
    simdjson
    sqlite
    tomlplusplus
    zlib
  ];

  mesonBuildType = "release";
  mesonFlags = [
    "-Dwerror=false"
    "-Dtests=false"
    "-Dbench=false"
    "-Dbuild_tree=false"
  ];

  # The programs that it calls; those of the user take precedence.
  postInstall = ''
    wrapProgram $out/bin/eka --suffix PATH : ${
      lib.makeBinPath [
        bubblewrap
        gitMinimal
        openssh
      ]
    }
  '';

  meta = {
    description = "Plan packages from git repositories as Nix derivations";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
    mainProgram = "eka";
  };
}
