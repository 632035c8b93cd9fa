#include "engine/resolve/resolve.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/context/timed.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/working_atom.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

// What a direct source is pinned to, short enough for a line.
std::string pinned(const atom::LockedDirect& direct) {
  if (const auto* git = std::get_if<atom::LockedGit>(&direct.source)) {
    const auto rev = git->rev.hex().substr(0, 12);
    return git->version ? fmt::format("{} ({})", git->version->str(), rev) : rev;
  }
  return std::visit(
      [](const auto& source) -> std::string {
        if constexpr (requires { source.hash; }) return source.hash;
        return {};
      },
      direct.source);
}

// What atoms and sources are pinned to, by their names for users.
std::map<std::string, std::string> pins(const atom::Lock& lock) {
  std::map<std::string, std::string> out;
  for (const auto& atom : lock.atoms) {
    const auto rev = atom.rev ? " (" + atom.rev->hex().substr(0, 12) + ")" : "";
    out[fmt::format("{} of {}", atom.label.str(), atom.set.hex().substr(0, 12))] = atom.version.str() + rev;
  }
  for (const auto& direct : lock.direct) {
    const auto owner = direct.owner ? " of " + direct.owner->str().substr(0, 12) : "";
    out[fmt::format("{} {}{}", direct.type(), direct.name(), owner)] = pinned(direct);
  }
  return out;
}

class ResolveRun {
 public:
  ResolveRun(Context& context, ResolveRequest request) : context_(context), request_(std::move(request)) {}

  // Resolves one atom after another: each uses the answers to queries of earlier ones.
  coro::Task<ResolveReport> finish() {
    const auto atoms = co_await find_working_atoms(context_, request_.directory, request_.atoms, request_.all);
    ResolveReport report;
    for (const auto& atom : atoms) {
      report.names.push_back(atom.name);
      const Timed timed(context_, Stage::resolve, atom.name, {});
      std::optional<Error> failure;
      try {
        report.atoms.push_back(co_await one(&atom));
      } catch (const Error& e) {
        failure = e;
      }
      if (failure) report.atoms.push_back(std::unexpected(std::move(*failure).within("resolving " + atom.name)));
    }
    report.remotes = context_.remotes().costs();
    co_return report;
  }

 private:
  coro::Task<ResolvedAtom> one(const WorkingAtom* atom) {
    auto problem = atom->problem(atom->manifest, request_.fresh);
    auto lock = co_await choose_versions(context_, std::move(problem));
    auto text = lock.text();
    context_.cache->uses().note_lock(atom->lock_file());
    ResolvedAtom out{atom->manifest.label, atom->name, atom->lock_file(), std::move(lock), {}};
    if (atom->lock_text == text) co_return out;
    out.changes = lock_changes(atom->lock, out.lock);
    if (request_.locked) {
      throw Error(Kind::failure, fmt::format("{} does not match its manifest:\n{}", out.lock_file.string(),
                                             fmt::join(out.changes, "\n")))
          .with_hint("run `eka resolve` without --locked to update it");
    }
    co_await coro::offload(context_.pool, [&] { atom->replace(lock_file, text); });
    co_return out;
  }

  Context& context_;
  ResolveRequest request_;
};

}  // namespace

std::vector<std::string> lock_changes(const std::optional<atom::Lock>& before, const atom::Lock& now) {
  if (!before) return {fmt::format("new: {} atoms, {} sources", now.atoms.size(), now.direct.size())};
  std::vector<std::string> out;
  const auto old = pins(*before);
  const auto fresh = pins(now);
  for (const auto& [name, pin] : old) {
    const auto found = fresh.find(name);
    if (found == fresh.end()) {
      out.push_back(fmt::format("- {} {}", name, pin));
    } else if (found->second != pin) {
      out.push_back(fmt::format("~ {} {} -> {}", name, pin, found->second));
    }
  }
  for (const auto& [name, pin] : fresh) {
    if (!old.contains(name)) out.push_back(fmt::format("+ {} {}", name, pin));
  }
  if (before->format != now.format) out.push_back(fmt::format("~ format {} -> {}", before->format, now.format));
  if (out.empty()) out.push_back("~ mirrors or dependencies between atoms");
  return out;
}

coro::Task<ResolveReport> resolve(Context& context, ResolveRequest request) {
  ResolveRun run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
