#include "eval/seatbelt.h"

#include <string_view>

namespace eka::eval {
namespace {

// A text of the profile's language.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// What every program of macOS needs to start at all: its loader, and the libraries that live in the loader's cache.
constexpr std::string_view system =
    "(allow file-read* (subpath \"/usr/lib\") (subpath \"/System/Library\") (literal \"/dev/null\") "
    "(literal \"/dev/urandom\"))\n"
    "(allow file-read-metadata (literal \"/\") (literal \"/nix\") (literal \"/nix/store\"))\n"
    "(allow sysctl-read)\n";

std::string readable(std::string_view path) {
  return "(allow file-read* (subpath " + quoted(path) + "))\n";
}

}  // namespace

std::string seatbelt_profile(const Sandbox& sandbox) {
  std::string profile = "(version 1)\n(deny default)\n";
  profile += "(allow process-exec (literal " + quoted(sandbox.nix_instantiate) + "))\n";
  profile += system;
  profile += readable(sandbox.nix_instantiate);
  for (const std::string& library : sandbox.libraries) profile += readable(library);
  profile += readable(sandbox.expressions);
  for (const Sandbox::Bind& source : sandbox.sources) profile += readable(source.inside);
  profile += "(allow file-read* file-write* (subpath " + quoted(sandbox.store) + "))\n";
  return profile;
}

SandboxArguments seatbelt_arguments(const Sandbox& sandbox) {
  // The command of the other room, with what stands at /eka there named where it lies.
  SandboxArguments arguments = sandbox_arguments(sandbox, -1);
  for (std::string& word : arguments.command) {
    if (word == inside_store) word = sandbox.store;
    if (word == "eka=/eka/nix") word = "eka=" + sandbox.expressions;
  }
  arguments.options = {"-p", seatbelt_profile(sandbox)};
  return arguments;
}

}  // namespace eka::eval
