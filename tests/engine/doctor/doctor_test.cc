// The checks of `eka doctor` on machines that a fake describes: what is wrong, and the command that mends it.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "engine/doctor/checks.h"

using namespace eka;
using namespace eka::engine;

namespace {

// A healthy machine; tests change it.
class FakeMachine final : public Machine {
 public:
  std::map<std::string, std::string> variables{{"HOME", "/home/me"}};
  std::set<std::string> programs{"nix", "nix-store", "nix-instantiate", "bwrap", "git", "ssh"};
  std::map<std::string, Ran> runs{{"nix-instantiate", {0, "nix-instantiate (Nix) 2.8.0\n", ""}},
                                  {"bwrap", {0, "bubblewrap 0.8.0\n", ""}},
                                  {"git", {0, "git version 2.39.5\n", ""}},
                                  {"nix", {0, "sandbox = true\nsandbox-paths = /bin/sh=/usr/bin/bash-static\n", ""}},
                                  {"ssh", {0, "", "OpenSSH_9.2p1\n"}}};
  std::map<std::string, std::string> files{{"/proc/self/status", "Name:\teka\nSeccomp:\t0\n"},
                                           {"/etc/ssl/certs/ca-certificates.crt", "…"},
                                           {"/usr/bin/bash-static", "…"}};
  std::map<std::string, std::vector<std::string>> settings;
  std::optional<Error> broken_settings;
  Result<std::string> store = "daemon";
  std::uint64_t free = std::uint64_t{100} << 30;
  Result<std::filesystem::path> cache = std::filesystem::path("/home/me/.cache/eka");
  std::optional<CacheStock> stock;
  std::string obstacle;
  std::optional<eval::Obstacle> forbids_namespaces;
  coro::Allowance allowed;
  int landlock = 3;
  bool root = false;
  bool build_users = true;
  bool private_files = true;

  std::string variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  }
  bool is_root() const override { return root; }
  std::optional<std::filesystem::path> program(const std::string& name) const override {
    return programs.contains(name) ? std::optional<std::filesystem::path>("/usr/bin/" + name) : std::nullopt;
  }
  Ran run(const std::vector<std::string>& command) const override {
    const auto name = std::filesystem::path(command.front()).filename().string();
    const auto special = runs.find(name + " " + command.at(1));
    if (special != runs.end()) return special->second;
    const auto found = runs.find(name);
    return found == runs.end() ? Ran{} : found->second;
  }
  std::optional<std::string> read(const std::filesystem::path& file) const override {
    const auto found = files.find(file);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<FileStatus> status(const std::filesystem::path& file) const override {
    if (!files.contains(file)) return std::nullopt;
    return FileStatus{false, private_files, files.at(file).size()};
  }
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path&) const override { return free; }
  Result<std::string> nix_store() const override { return store; }
  bool has_build_users(const std::string&) const override { return build_users; }
  int landlock_version() const override { return landlock; }
  std::optional<eval::Obstacle> obstacle_to_namespaces() const override { return forbids_namespaces; }
  coro::Allowance allowance() const override { return allowed; }
  Result<std::vector<std::string>> git_config(const std::string& name) const override {
    if (broken_settings) return std::unexpected(*broken_settings);
    const auto found = settings.find(name);
    return found == settings.end() ? std::vector<std::string>() : found->second;
  }
  Result<std::filesystem::path> trusted_cache(const std::filesystem::path&) const override { return cache; }
  std::optional<CacheStock> cache_stock(const std::filesystem::path&) const override { return stock; }
  std::string obstacle_to_writing(const std::filesystem::path&) const override { return obstacle; }
};

Findings all(const Machine& machine) {
  Findings out;
  for (auto* const check : {check_nix, check_store, check_builds, check_namespaces, check_confinement, check_cgroups,
                            check_git, check_certificates, check_proxies, check_logins}) {
    std::ranges::move(check(machine), std::back_inserter(out));
  }
  std::ranges::move(check_cache(machine, "/home/me/.cache/eka"), std::back_inserter(out));
  return out;
}

// The only finding that is a warning or an error, as "subject: message | remedy".
std::string trouble(const Findings& findings) {
  std::string out;
  for (const auto& finding : findings) {
    if (finding.health == Health::good || finding.health == Health::note) continue;
    out += (out.empty() ? "" : "\n") + finding.subject + ": " + finding.message + " | " + finding.remedy;
  }
  return out;
}

}  // namespace

TEST_CASE("a healthy machine has no trouble") {
  CHECK(trouble(all(FakeMachine())) == "");
}

TEST_CASE("nix: missing programs, old and unreadable versions") {
  FakeMachine machine;
  SUBCASE("missing") {
    machine.programs.erase("nix-instantiate");
    CHECK(trouble(check_nix(machine)) ==
          "nix: nix-instantiate is not in PATH | sudo apt-get install nix-bin bubblewrap");
  }
  SUBCASE("old") {
    machine.runs["nix-instantiate"].output = "nix-instantiate (Nix) 2.3.16\n";
    CHECK(
        trouble(check_nix(machine)) ==
        "nix: Nix 2.3.16 (/usr/bin/nix-instantiate) is too old: 2.8 or newer is needed | sudo apt-get install nix-bin "
        "bubblewrap");
  }
  SUBCASE("broken") {
    machine.runs["nix-instantiate"] = {127, "", "error while loading shared libraries\n"};
    CHECK(
        trouble(check_nix(machine)).starts_with("nix: /usr/bin/nix-instantiate --version failed: error while loading"));
  }
  SUBCASE("new") {
    for (const char* version : {"2.8.0", "2.26.3", "2.31pre20250712_b1245123", "3.0.0"}) {
      machine.runs["nix-instantiate"].output = std::string("nix-instantiate (Nix) ") + version + "\n";
      CHECK(trouble(check_nix(machine)) == "");
    }
  }
  CHECK(nix_version_in("nix (Lix, like Nix) 2.91.1\n") == "2.91.1");
  CHECK(nix_version_in("") == "");
}

TEST_CASE("store: unreachable, almost full, without build users") {
  FakeMachine machine;
  machine.store = std::unexpected(Error(Kind::usage, "no usable Nix store").with_hint("systemctl start nix-daemon"));
  CHECK(trouble(check_store(machine)) == "store: no usable Nix store | systemctl start nix-daemon");
  machine.store = "local";
  machine.free = 500'000'000;
  CHECK(trouble(check_store(machine)) ==
        "store: 500 MB are free for the Nix store at /nix/store | nix-collect-garbage");
  machine.build_users = false;
  CHECK(std::ranges::any_of(check_store(machine),
                            [](const Finding& finding) { return finding.message.contains("nixbld"); }));
}

TEST_CASE("builds: a sandbox with and without /bin/sh") {
  FakeMachine machine;
  const auto finding = [&](const std::string& settings) {
    machine.runs["nix"].output = settings;
    const auto found = check_builds(machine);
    REQUIRE(found.size() == 1);
    return found.front();
  };
  const std::string mend =
      "sudo apt-get install busybox-static && sudo mkdir -p /etc/nix && "
      "echo 'extra-sandbox-paths = /bin/sh=/bin/busybox' | sudo tee -a /etc/nix/nix.conf";
  const auto without = finding("max-jobs = 2\nsandbox = true\nsandbox-paths = \n");
  CHECK(without.health == Health::note);
  CHECK(without.message.starts_with("Nix's build sandbox has no /bin/sh"));
  CHECK(without.remedy == mend + " && sudo systemctl restart nix-daemon");
  machine.store = "local";
  CHECK(finding("sandbox = relaxed\nsandbox-paths = /bin/bash /bin/sh2=/x\n").remedy == mend);
  const auto lost = finding("sandbox = true\nsandbox-paths = /bin/sh=/opt/sh?\n");
  CHECK(lost.health == Health::warning);
  CHECK(lost.message.starts_with("/bin/sh in Nix's build sandbox is /opt/sh, which does not exist"));
  machine.files["/bin/sh"] = "…";
  CHECK(finding("sandbox = true\nsandbox-paths = /etc/hosts /bin\n").health == Health::good);
  CHECK(finding("sandbox = true\nsandbox-paths = /=/\n").health == Health::good);
  CHECK(finding("sandbox = false\nsandbox-paths = \n").message == "Nix builds without a sandbox");
  machine.runs["nix"] = {1, "", "error: unknown setting\nmore\n"};
  CHECK(trouble(check_builds(machine))
            .starts_with("builds: the settings of Nix cannot be read: error: unknown setting |"));
  machine.programs.erase("nix");
  CHECK(check_builds(machine).empty());
}

TEST_CASE("user namespaces: what forbids them is named, with the setting that allows them") {
  FakeMachine machine;
  machine.runs["bwrap --unshare-all"] = {1, "", "bwrap: No permissions to create new namespace\n"};
  SUBCASE("a setting of the kernel") {
    machine.forbids_namespaces = eval::Obstacle{"namespaces are disabled (user.max_user_namespaces = 0)", "run it",
                                                "sudo sysctl -w user.max_user_namespaces=9"};
    CHECK(trouble(check_namespaces(machine)) ==
          "user namespaces: bubblewrap cannot create a sandbox: namespaces are disabled (user.max_user_namespaces = 0) "
          "| sudo sysctl -w user.max_user_namespaces=9");
  }
  SUBCASE("a container") {
    machine.forbids_namespaces = eval::Obstacle{"forbidden by a seccomp filter", "start the container with X", ""};
    CHECK(trouble(check_namespaces(machine)).ends_with("seccomp filter | start the container with X"));
  }
  SUBCASE("for another reason") {
    CHECK(trouble(check_namespaces(machine)) ==
          "user namespaces: bubblewrap cannot create a sandbox: bwrap: No permissions to create new namespace | "
          "bwrap "
          "--unshare-all --ro-bind / / true");
  }
  SUBCASE("no bubblewrap") {
    machine.programs.erase("bwrap");
    CHECK(trouble(check_namespaces(machine)).ends_with("sudo apt-get install bubblewrap"));
  }
}

TEST_CASE("confinement: seccomp, Landlock, memory files") {
  FakeMachine machine;
  machine.landlock = 0;
  CHECK(trouble(check_confinement(machine)).starts_with("landlock: the kernel has no Landlock"));
  machine.landlock = 1;
  machine.files["/proc/sys/vm/memfd_noexec"] = "2\n";
  CHECK(
      trouble(check_confinement(machine)) ==
      "memfd_noexec: vm.memfd_noexec is 2: memory files of the sandbox are refused | sudo sysctl -w vm.memfd_noexec=1");
  machine.files["/proc/sys/vm/memfd_noexec"] = "1\n";
  machine.files["/proc/self/status"] = "Name:\teka\n";
  CHECK(trouble(check_confinement(machine)).starts_with("seccomp: "));
}

TEST_CASE("control groups: the limits that apply") {
  FakeMachine machine;
  CHECK(check_cgroups(machine).front().message == "no limit of processors or memory by control groups");
  machine.allowed.quota = 1;
  machine.allowed.memory_bytes = std::uint64_t{512} << 20;
  machine.allowed.memory_left = std::uint64_t{100} << 20;
  CHECK(check_cgroups(machine).front().message ==
        "limited by control groups: 1 processor, 512 MiB of memory (100 left)");
}

TEST_CASE("git and ssh: missing, or a configuration that cannot be read") {
  FakeMachine machine;
  machine.programs = {};
  CHECK(trouble(check_git(machine)).contains("sudo apt-get install git"));
  CHECK(trouble(check_git(machine)).contains("sudo apt-get install openssh-client"));
  machine.programs = {"git"};
  machine.variables["GIT_SSH_COMMAND"] = "/opt/ssh -F x";
  CHECK(trouble(check_git(machine)) == "");
  machine.broken_settings = Error(Kind::usage, "/home/me/.gitconfig:3: invalid line");
  CHECK(trouble(check_git(machine)) == "git: /home/me/.gitconfig:3: invalid line | git config --global --edit");
}

TEST_CASE("certificates: none, or a setting that names a missing file") {
  FakeMachine machine;
  machine.files.erase("/etc/ssl/certs/ca-certificates.crt");
  CHECK(trouble(check_certificates(machine)).ends_with("sudo apt-get install ca-certificates"));
  machine.variables["SSL_CERT_FILE"] = "/nowhere.pem";
  CHECK(trouble(check_certificates(machine)) ==
        "certificates: SSL_CERT_FILE names /nowhere.pem, which does not exist: https URLs cannot be fetched | unset "
        "SSL_CERT_FILE");
  machine.settings["http.sslcainfo"] = {"/also/nowhere.pem"};
  CHECK(trouble(check_certificates(machine)).ends_with("git config --global --unset http.sslcainfo"));
}

TEST_CASE("proxies: shown without a password; invalid and ignored ones") {
  FakeMachine machine;
  machine.variables["https_proxy"] = "http://me:secret@proxy.example:3128";
  const auto shown = check_proxies(machine).front();
  CHECK(shown.health == Health::note);
  CHECK_FALSE(shown.message.contains("secret"));
  CHECK(shown.message.contains("proxy.example:3128"));
  machine.variables = {{"http_proxy", "http://proxy:port"}};
  CHECK(trouble(check_proxies(machine)).ends_with("unset http_proxy"));
  machine.variables = {{"HTTP_PROXY", "http://proxy:3128"}};
  CHECK(trouble(check_proxies(machine)).starts_with("proxy: HTTP_PROXY is ignored"));
  machine.variables = {{"all_proxy", "socks5://proxy:1080"}};
  CHECK(trouble(check_proxies(machine)) == "");
}

TEST_CASE("logins: helpers that are missing, a readable .netrc") {
  FakeMachine machine;
  machine.settings["credential.helper"] = {"libsecret", "!f() { :; }; f", "/usr/bin/helper get"};
  CHECK(trouble(check_logins(machine)) ==
        "credentials: credential.helper libsecret: git-credential-libsecret is not installed | git config --global "
        "--unset "
        "credential.helper 'libsecret'\n"
        "credentials: credential.helper /usr/bin/helper get: /usr/bin/helper is not installed | git config --global "
        "--unset credential.helper '/usr/bin/helper get'");
  machine.runs["git --exec-path"] = {0, "/usr/lib/git-core\n", ""};
  machine.files["/usr/lib/git-core/git-credential-libsecret"] = "";
  machine.files["/usr/bin/helper"] = "";
  CHECK(trouble(check_logins(machine)) == "");
  machine.files["/home/me/.netrc"] = "machine x";
  machine.private_files = false;
  CHECK(trouble(check_logins(machine)) ==
        "credentials: other users can read /home/me/.netrc | chmod 600 /home/me/.netrc");
}

TEST_CASE("cache: owner, access, space, damage") {
  FakeMachine machine;
  const auto check = [&] { return trouble(check_cache(machine, "/home/me/.cache/eka")); };
  machine.free = 10'000'000;
  CHECK(check() == "cache: 10 MB are free for the cache at /home/me/.cache/eka | eka cache gc --older-than 7d");
  machine.free = std::uint64_t{100} << 30;
  machine.stock = CacheStock{5'000'000, 2, 12};
  CHECK(check() ==
        "cache: 2 damaged packs were set aside; their content is fetched again | eka cache verify --repair && eka "
        "cache gc");
  machine.stock = CacheStock{5'000'000, 0, 12};
  CHECK(check() == "");
  machine.obstacle = "/home/me/.cache/eka: Read-only file system";
  CHECK(check().starts_with("cache: the cache cannot be written: /home/me/.cache/eka: Read-only file system | "));
  machine.cache =
      std::unexpected(Error(Kind::failure, "other users can write").with_hint("`chmod go-w /home/me`, or use another"));
  CHECK(check() == "cache: other users can write | chmod go-w /home/me");
}
