// The checks: each looks at one subject and returns what it found. They are independent of each other and of their
// order.
#pragma once

#include <filesystem>

#include "engine/doctor/finding.h"
#include "engine/doctor/machine.h"

namespace eka::engine {

// Programs: Nix and its version, its store and daemon.
Findings check_nix(const Machine& machine);
Findings check_store(const Machine& machine);
// Whether builders find /bin/sh in the sandbox in which Nix builds.
Findings check_builds(const Machine& machine);

// The sandbox of evaluations: user namespaces and what forbids them, seccomp, Landlock, sealed memory files, cgroups.
Findings check_namespaces(const Machine& machine);
Findings check_confinement(const Machine& machine);
Findings check_cgroups(const Machine& machine);

// How remotes are reached.
Findings check_git(const Machine& machine);
Findings check_certificates(const Machine& machine);
Findings check_proxies(const Machine& machine);
Findings check_logins(const Machine& machine);

// The cache at `root`: owner, access, space, damage.
Findings check_cache(const Machine& machine, const std::filesystem::path& root);

// The version in the output of `nix --version`: "nix (Nix) 2.8.0" gives "2.8.0"; empty if there is none.
std::string nix_version_in(const std::string& output);

}  // namespace eka::engine
