#include <algorithm>

#include <fmt/format.h>

#include "atom/names/url.h"
#include "base/text.h"
#include "engine/doctor/checks.h"
#include "net/http/ca_bundle.h"

namespace eka::engine {
namespace {

std::string first_line(const std::string& text) {
  return printable(text.substr(0, text.find('\n')));
}

// The value that applies, and the variable or key that it comes from.
struct Setting {
  std::string value;
  std::string from;
};

std::optional<Setting> first_of(const Machine& machine, std::initializer_list<const char*> variables) {
  for (const char* name : variables) {
    if (auto value = machine.variable(name); !value.empty()) return Setting{std::move(value), name};
  }
  return std::nullopt;
}

std::optional<Setting> configured(const Machine& machine, const char* key) {
  const auto values = machine.git_config(key);
  if (!values || values->empty() || values->back().empty()) return std::nullopt;
  return Setting{values->back(), key};
}

// "store" -> git-credential-store, "/usr/bin/helper --x" -> itself; empty if a shell runs it.
std::string program_of(const std::string& helper) {
  if (helper.starts_with('!')) return {};
  const auto name = helper.substr(0, helper.find(' '));
  return name.starts_with('/') || name.starts_with('~') ? name : "git-credential-" + name;
}

bool is_found(const Machine& machine, const std::string& program) {
  if (program.starts_with('/')) return machine.status(program).has_value();
  if (program.starts_with("~/")) return machine.status(machine.variable("HOME") + program.substr(1)).has_value();
  if (machine.program(program)) return true;
  const auto place = machine.run({"git", "--exec-path"});
  return place.status == 0 && machine.status(first_line(place.output) + "/" + program).has_value();
}

}  // namespace

Findings check_git(const Machine& machine) {
  Findings out;
  if (const auto git = machine.program("git")) {
    out.push_back({"git", Health::good,
                   fmt::format("{} ({})", first_line(machine.run({git->string(), "--version"}).output), git->string()),
                   ""});
  } else {
    out.push_back({"git", Health::broken, "git is not in PATH: credential helpers and publishing need it",
                   "sudo apt-get install git"});
  }
  if (const auto settings = machine.git_config("user.name"); !settings) {
    out.push_back({"git", Health::broken, settings.error().message(), "git config --global --edit"});
  }
  const auto command = first_of(machine, {"GIT_SSH_COMMAND", "GIT_SSH"});
  if (const auto ssh = machine.program("ssh")) {
    const auto ran = machine.run({ssh->string(), "-V"});
    out.push_back(
        {"ssh", Health::good, fmt::format("{} ({})", first_line(ran.errors + ran.output), ssh->string()), ""});
  } else if (command) {
    out.push_back({"ssh", Health::note, fmt::format("ssh is not in PATH; {} is used", command->from), ""});
  } else {
    out.push_back({"ssh", Health::warning, "ssh is not in PATH: sets at ssh URLs cannot be fetched",
                   "sudo apt-get install openssh-client"});
  }
  return out;
}

Findings check_certificates(const Machine& machine) {
  auto file = first_of(machine, {"GIT_SSL_CAINFO"});
  if (!file) file = configured(machine, "http.sslcainfo");
  if (!file) file = first_of(machine, {"SSL_CERT_FILE", "NIX_SSL_CERT_FILE"});
  if (file) {
    if (machine.status(file->value)) {
      return {{"certificates", Health::good, fmt::format("{} ({})", printable(file->value), file->from), ""}};
    }
    return {{"certificates", Health::broken,
             fmt::format("{} names {}, which does not exist: https URLs cannot be fetched", file->from,
                         printable(file->value)),
             file->from.starts_with("http.") ? "git config --global --unset " + file->from : "unset " + file->from}};
  }
  for (const char* place : net::usual_ca_bundles) {
    if (machine.status(place)) return {{"certificates", Health::good, place, ""}};
  }
  return {{"certificates", Health::broken, "no certificate authorities are installed: https URLs cannot be fetched",
           "sudo apt-get install ca-certificates"}};
}

Findings check_proxies(const Machine& machine) {
  Findings out;
  const auto add = [&](const std::optional<Setting>& proxy, const char* what) {
    if (!proxy) return;
    const auto shown = printable(atom::redacted(proxy->value));
    const bool has_scheme = proxy->value.find("://") != std::string::npos;
    const auto url = atom::Url::parse(has_scheme ? proxy->value : "http://" + proxy->value);
    const bool is_socks = proxy->value.starts_with("socks");
    if (url || is_socks) {
      out.push_back({"proxy", Health::note, fmt::format("{} go through {} ({})", what, shown, proxy->from), ""});
    } else {
      out.push_back(
          {"proxy", Health::broken, fmt::format("{} is not a URL: {}", proxy->from, shown),
           proxy->from.starts_with("http.") ? "git config --global --unset " + proxy->from : "unset " + proxy->from});
    }
  };
  if (const auto proxy = configured(machine, "http.proxy")) {
    add(proxy, "http and https URLs");
    return out;
  }
  add(first_of(machine, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}), "https URLs");
  add(first_of(machine, {"http_proxy", "all_proxy", "ALL_PROXY"}), "http URLs");
  if (machine.variable("http_proxy").empty() && !machine.variable("HTTP_PROXY").empty()) {
    out.push_back({"proxy", Health::warning,
                   "HTTP_PROXY is ignored, as by curl and git: only the lower case name is used",
                   "export http_proxy=\"$HTTP_PROXY\""});
  }
  if (out.empty()) out.push_back({"proxy", Health::good, "none", ""});
  return out;
}

Findings check_logins(const Machine& machine) {
  Findings out;
  const auto helpers = machine.git_config("credential.helper");
  if (helpers) {
    for (const auto& helper : *helpers) {
      if (helper.empty()) continue;
      const auto program = program_of(helper);
      if (program.empty() || is_found(machine, program)) {
        out.push_back({"credentials", Health::good, fmt::format("credential.helper {}", printable(helper, 80)), ""});
      } else {
        out.push_back(
            {"credentials", Health::warning,
             fmt::format("credential.helper {}: {} is not installed", printable(helper, 80), printable(program, 80)),
             fmt::format("git config --global --unset credential.helper '{}'", printable(helper, 80))});
      }
    }
  }
  const auto netrc = std::filesystem::path(machine.variable("HOME")) / ".netrc";
  if (const auto status = machine.status(netrc)) {
    if (status->is_private) {
      out.push_back({"credentials", Health::good, netrc.string(), ""});
    } else {
      out.push_back({"credentials", Health::warning, fmt::format("other users can read {}", netrc.string()),
                     fmt::format("chmod 600 {}", netrc.string())});
    }
  }
  if (out.empty()) out.push_back({"credentials", Health::note, "no credential helper and no ~/.netrc", ""});
  return out;
}

}  // namespace eka::engine
