// Determines the revision or hash of sources: Sources::lock().
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/fetch/source_attributes.h"
#include "engine/fetch/sources.h"

namespace eka::engine {
namespace {

using atom::LockedDirect;

std::string url_of(const atom::DirectSource& source) {
  return std::visit([](const auto& fetch) { return fetch.url; }, source.fetch);
}

// The part of a request, besides its URL, that a lock does not record.
std::string asked(const atom::GitSource& source) {
  if (const auto* ref = std::get_if<std::string>(&source.at)) return "ref " + *ref;
  return "version " + std::get<atom::Requirement>(source.at).str();
}

std::string came_to(const atom::LockedGit& locked) {
  return fmt::format("git {} {} {}", locked.url, locked.rev.hex(), locked.version ? locked.version->str() : "");
}

// Whether the old lock satisfies the request.
class KeptLock {
 public:
  KeptLock(store::Database& facts, std::string url) : facts_(facts), url_(std::move(url)) {}

  bool answers(const atom::GitSource& wanted, const LockedDirect& locked) const {
    const auto* git = std::get_if<atom::LockedGit>(&locked.source);
    if (git == nullptr || git->url != url_) return false;
    const auto* requirement = std::get_if<atom::Requirement>(&wanted.at);
    if (requirement != nullptr) return git->version && requirement->matches(*git->version);
    if (git->version) return false;
    const auto memory = came_to(*git);
    return !facts_.get(store::Fact::request, memory) || facts_.get(store::Fact::request, memory + "\n" + asked(wanted));
  }
  bool answers(const atom::TarSource&, const LockedDirect& locked) const {
    const auto* tar = std::get_if<atom::LockedTar>(&locked.source);
    return tar != nullptr && tar->url == url_;
  }
  bool answers(const atom::FileSource&, const LockedDirect& locked) const {
    const auto* file = std::get_if<atom::LockedFile>(&locked.source);
    return file != nullptr && file->url == url_;
  }
  bool answers(const atom::BuildSource& wanted, const LockedDirect& locked) const {
    const auto* build = std::get_if<atom::LockedBuild>(&locked.source);
    return build != nullptr && build->url == url_ && build->unpack == wanted.unpack;
  }

 private:
  store::Database& facts_;
  std::string url_;
};

// "v1.2.3" or "1.2.3"; nothing for a tag that is not a version.
std::optional<atom::Version> version_of_tag(std::string_view ref) {
  constexpr std::string_view tags = "refs/tags/";
  if (!ref.starts_with(tags)) return std::nullopt;
  ref.remove_prefix(tags.size());
  if (ref.starts_with('v')) ref.remove_prefix(1);
  auto version = atom::Version::parse(ref);
  return version ? std::optional(*std::move(version)) : std::nullopt;
}

atom::ObjectId peeled(const git::Ref& ref) {
  return ref.peeled.value_or(ref.id);
}

// Of two spellings of a version ("v1.0.0" and "1.0.0"), the one without the letter is used: it sorts first.
atom::LockedGit choose_tag(std::string name, const atom::Url& url, const atom::Requirement& requirement,
                           const std::vector<git::Ref>& refs) {
  const git::Ref* best = nullptr;
  std::optional<atom::Version> highest;
  std::vector<atom::Version> offered;
  for (const auto& ref : refs) {
    auto version = version_of_tag(ref.name);
    if (!version) continue;
    offered.push_back(*version);
    if (!requirement.matches(*version) || (highest && *version <= *highest)) continue;
    highest = std::move(version);
    best = &ref;
  }
  if (best != nullptr) return {std::move(name), url.str(), peeled(*best), std::move(highest)};
  Error error(Kind::unsatisfiable, fmt::format("no tag of {} satisfies {}", url.str(), requirement.str()));
  if (offered.empty()) throw std::move(error).with_hint("it has no version tags such as v1.2.3");
  std::ranges::sort(offered, std::greater<>{});
  std::vector<std::string> shown;
  for (const auto& version : offered) {
    if (shown.size() < 8) shown.push_back(version.str());
  }
  throw std::move(error).with_hint(fmt::format("its highest versions are {}", fmt::join(shown, ", ")));
}

}  // namespace

void copy_requests(store::Database& from, store::Database& to, const atom::Manifest& manifest, const atom::Lock& lock) {
  const auto copy = [&](const std::string& key) {
    if (auto value = from.get(store::Fact::request, key)) to.put(store::Fact::request, key, *std::move(value));
  };
  for (const auto& direct : lock.direct) {
    const auto* git = std::get_if<atom::LockedGit>(&direct.source);
    if (git == nullptr) continue;
    const auto memory = came_to(*git);
    copy(memory);
    for (const auto& [name, source] : manifest.direct) {
      if (const auto* asks = std::get_if<atom::GitSource>(&source.fetch)) copy(memory + "\n" + asked(*asks));
    }
  }
}

coro::Task<LockedDirect> Sources::lock(SourceRequest request) {
  const auto url = unwrap(atom::Url::parse(url_of(request.source)));
  if (url.is_local() && (!request.may_be_local || !url.path().starts_with('/'))) {
    throw Error(Kind::usage, fmt::format("source `{}` refers to the local path {}", request.name, url.str()))
        .with_hint(request.may_be_local ? "use an absolute path: a relative one is different for every user"
                                        : "only local atoms can refer to local sources");
  }
  const KeptLock kept(context_.cache->facts(), url.str());
  const auto answers = [&](const auto& fetch) { return kept.answers(fetch, *request.locked); };
  if (request.locked && !request.fresh && std::visit(answers, request.source.fetch)) {
    request.locked->owner = request.owner;
    co_return *std::move(request.locked);
  }
  const auto doing = fmt::format("locking source `{}`", request.name);
  try {
    co_return co_await lock_anew(std::move(request), url);
  } catch (Error& error) {
    error.within(doing);
    throw;
  }
}

coro::Task<LockedDirect> Sources::lock_anew(SourceRequest request, atom::Url url) {
  LockedDirect out;
  out.owner = request.owner;
  if (const auto* git = std::get_if<atom::GitSource>(&request.source.fetch)) {
    auto task = lock_git(request.name, url, *git);
    auto locked = co_await std::move(task);
    if (!request.fetch_follows) {
      if (const auto note = co_await attributes_of(url, locked.rev)) {
        context_.observer.note(fmt::format("source `{}`: {}", request.name, *note));
      }
    }
    context_.cache->facts().put(store::Fact::request, came_to(locked), "");
    context_.cache->facts().put(store::Fact::request, came_to(locked) + "\n" + asked(*git), "");
    out.source = std::move(locked);
  } else {
    auto task = lock_file(std::move(request.name), url, std::move(request.source));
    out.source = co_await std::move(task);
  }
  co_return out;
}

coro::Task<std::optional<std::string>> Sources::attributes_of(atom::Url url, atom::ObjectId rev) {
  Revision key(rev, url);
  if (const auto known = attributes_.find(key); known != attributes_.end()) co_return known->second;
  co_return co_await reading_attributes_.run(std::move(key), read_attributes(std::move(url), rev));
}

coro::Task<std::optional<std::string>> Sources::read_attributes(atom::Url url, atom::ObjectId rev) {
  auto found = co_await archive_attributes(context_, remotes_, url, rev);
  co_return attributes_[Revision(rev, url)] = std::move(found);
}

coro::Task<Sources::Locked> Sources::lock_file(std::string name, atom::Url url, atom::DirectSource source) {
  if (std::holds_alternative<atom::TarSource>(source.fetch)) {
    const auto hash = co_await fetch_archive(url);
    co_return atom::LockedTar{std::move(name), url.str(), hash.sri()};
  }
  const auto* build = std::get_if<atom::BuildSource>(&source.fetch);
  auto fetching = build != nullptr && build->unpack ? fetch_archive(url) : fetch_file(url);
  const auto hash = co_await std::move(fetching);
  if (build != nullptr) co_return atom::LockedBuild{std::move(name), url.str(), hash.sri(), build->unpack};
  co_return atom::LockedFile{std::move(name), url.str(), hash.sri()};
}

coro::Task<atom::LockedGit> Sources::lock_git(std::string name, atom::Url url, atom::GitSource source) {
  if (const auto* requirement = std::get_if<atom::Requirement>(&source.at)) {
    std::vector<std::string> prefixes{"refs/tags/"};
    const auto refs = co_await refs_at(url, std::move(prefixes));
    co_return choose_tag(std::move(name), url, *requirement, refs);
  }
  const auto& wanted = std::get<std::string>(source.at);
  // As for git itself, forty hexadecimal digits are a revision.
  if (const auto rev = atom::ObjectId::parse(wanted)) {
    co_return atom::LockedGit{std::move(name), url.str(), *rev, std::nullopt};
  }
  const auto refs = co_await refs_at(url, git::full_names(wanted));
  const auto* ref = git::find_ref(refs, wanted);
  if (ref == nullptr) throw Error(Kind::unsatisfiable, fmt::format("{} has no ref `{}`", url.str(), wanted));
  co_return atom::LockedGit{std::move(name), url.str(), peeled(*ref), std::nullopt};
}

coro::Task<Sources::Refs> Sources::refs_at(atom::Url url, std::vector<std::string> prefixes) {
  const auto key = fmt::format("{} {}", url.with_secret(), fmt::join(prefixes, " "));
  if (const auto known = refs_.find(key); known != refs_.end()) co_return known->second;
  co_return co_await asking_.run(key, ask_refs(url, std::move(prefixes), key));
}

coro::Task<Sources::Refs> Sources::ask_refs(atom::Url url, std::vector<std::string> prefixes, std::string key) {
  auto& remote = remotes_.at(url);
  auto refs = co_await remote.ls_refs(std::move(prefixes));
  co_return refs_[key] = std::move(refs);
}

}  // namespace eka::engine
