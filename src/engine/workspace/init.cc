#include "engine/workspace/init.h"

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/package_set.h"
#include "engine/workspace/set_remote.h"
#include "git/config/git_program.h"
#include "git/config/safe_directory.h"
#include "git/object/source_repository.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

constexpr const char* empty_set =
    "# A package set. `packages` lists the directories of its atoms, relative to this file.\n[set]\npackages = []\n";

struct Local {
  std::filesystem::path directory;
  std::filesystem::path working_tree;
  bool manifest_committed = false;
  std::optional<std::string> remote;
};

Local read_local(const InitRequest& request) {
  const auto repository = git::SourceRepository::discover(request.directory);
  if (!repository.working_tree()) {
    throw Error(Kind::usage, fmt::format("{} is a bare repository", request.directory.string()))
        .with_hint("create the set in a clone and publish to this repository");
  }
  Local out;
  out.directory = repository.directory();
  out.working_tree = *repository.working_tree();
  if (const auto head = repository.head()) {
    const auto prefix = std::filesystem::relative(request.directory, out.working_tree).generic_string();
    out.manifest_committed = repository.file(*head, prefix == "." ? set_file : prefix + "/" + set_file).has_value();
  }
  out.remote = request.remote ? remote_named(repository, *request.remote) : repository.remote_url("origin");
  return out;
}

bool write_manifest(const std::filesystem::path& directory) {
  if (const auto text = files_of(directory)(set_file)) {
    unwrap(atom::SetManifest::parse(*text, (directory / set_file).string()));
    return false;
  }
  git::replace_working_file(directory, set_file, empty_set);
  return true;
}

coro::Task<> tell_remote(Context& context, Local local, bool named, InitReport& report) {
  const auto url = remote_url(*local.remote, local.working_tree);
  report.remote_url = url.str();
  std::optional<Error> problem;
  try {
    std::vector<std::string> prefixes{std::string(atom::init_ref)};
    const auto refs = co_await ask_set_remote(context, url, std::move(prefixes));
    if (const auto theirs = genesis_among(refs)) {
      if (*theirs != report.genesis) throw another_set(url, *theirs, report.genesis);
      report.remote = InitReport::Remote::was_initialised;
      co_return;
    }
    std::vector<git::PushedRef> ref{{report.genesis, std::string(atom::init_ref)}};
    const auto outcome = co_await context.connector->push(local.directory, url, std::move(ref));
    if (!outcome.front().accepted) {
      auto why = fmt::format("{} refused: {}", url.str(), outcome.front().reason);
      for (const auto& line : outcome.front().said) why += "\nremote: " + line;
      throw Error(Kind::remote, std::move(why));
    }
    report.remote = InitReport::Remote::initialised;
  } catch (const Error& e) {
    problem = e;
  }
  if (!problem) co_return;
  // A remote that was not named explicitly may be unreachable: the set is created nevertheless.
  const bool out_of_reach = problem->kind() == Kind::remote || problem->kind() == Kind::offline;
  if (named || !out_of_reach) throw Error(*problem);
  report.remote = InitReport::Remote::unreachable;
  report.remote_problem = problem->message();
}

}  // namespace

coro::Task<InitReport> init(Context& context, InitRequest request) {
  std::filesystem::create_directories(request.directory);
  request.directory = std::filesystem::canonical(request.directory);
  if (request.init_git && !git::find_repository(request.directory)) {
    co_await git::init_repository(request.directory);
  }
  auto local = co_await coro::offload(context.pool, [&] { return read_local(request); });

  InitReport report;
  report.wrote_manifest = write_manifest(request.directory);
  if (!local.manifest_committed) {
    std::vector<std::string> files{set_file};
    co_await git::commit_files(request.directory, std::move(files), "Make this repository a package set");
    report.committed = true;
    local = co_await coro::offload(context.pool, [&] { return read_local(request); });
  }
  auto remote = request.remote.value_or("origin");
  report.genesis = co_await find_genesis(context, request.directory, "HEAD", std::move(remote));
  if (local.remote) co_await tell_remote(context, local, request.remote.has_value(), report);
  co_return report;
}

}  // namespace eka::engine
