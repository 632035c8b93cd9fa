#include "engine/publish/preview.h"

#include <algorithm>

#include <fmt/format.h>

#include "coro/run/pool.h"
#include "engine/context/remotes.h"
#include "engine/fetch/sources.h"
#include "engine/plan.h"
#include "engine/resolve/choose.h"
#include "engine/workspace/local_atom.h"
#include "eval/report/failure.h"
#include "git/remote/local_remote.h"
#include "git/wire/ls_refs.h"
#include "store/cache.h"
#include "store/disk/places.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

// A remote that lists further refs.
class RemoteWithRefs final : public git::Remote {
 public:
  RemoteWithRefs(std::unique_ptr<git::Remote> remote, const std::vector<git::PushedRef>& more)
      : remote_(std::move(remote)), more_(more) {}

  using Remote::fetch;
  const atom::Url& url() const override { return remote_->url(); }
  coro::Task<std::vector<git::Ref>> ls_refs(std::vector<std::string> prefixes) override {
    auto refs = co_await remote_->ls_refs(prefixes);
    std::vector<git::PushedRef> listed;
    for (const auto& each : more_) {
      if (git::matches_any(each.ref, prefixes)) listed.push_back(each);
    }
    co_return SetAtRemote(std::move(refs)).with(listed).refs();
  }
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, git::FetchOptions options) override {
    return remote_->fetch(std::move(wants), sink, std::move(options));
  }
  coro::Task<> greet() override { return remote_->greet(); }
  const net::Traffic& traffic() const override { return remote_->traffic(); }

 private:
  std::unique_ptr<git::Remote> remote_;
  const std::vector<git::PushedRef>& more_;
};

// The remotes of the run, with further refs at one URL.
class RemotesWithRefs final : public git::RemoteFactory {
 public:
  RemotesWithRefs(git::RemoteFactory& remotes, const atom::Url& url, std::vector<git::PushedRef> more)
      : remotes_(remotes), where_(remotes.reached_at(url)), more_(std::move(more)) {}

  std::unique_ptr<git::Remote> open(const atom::Url& url) override {
    auto remote = remotes_.open(url);
    if (remotes_.reached_at(url) != where_) return remote;
    return std::make_unique<RemoteWithRefs>(std::move(remote), more_);
  }
  void named_by_user(const atom::Url& url) override { remotes_.named_by_user(url); }
  atom::Url reached_at(const atom::Url& url) const override { return remotes_.reached_at(url); }
  coro::Task<std::vector<git::PushOutcome>> push(fs::path, atom::Url url, std::vector<git::PushedRef>) override {
    throw Error(Kind::failure, "no push to " + url.str() + " while it is previewed");
  }
  coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) override {
    return remotes_.download(std::move(url), sink, traffic);
  }

 private:
  git::RemoteFactory& remotes_;
  atom::Url where_;
  std::vector<git::PushedRef> more_;
};

// In the cache, whose file system has room; elsewhere if it is read-only. Blocks.
store::Quarantine make_quarantine(const store::Cache& cache, coro::Pool& pool) {
  if (!cache.obstacle().empty()) return store::Quarantine::make(fs::temp_directory_path(), pool);
  const auto parent = store::Places(cache.root()).scratch();
  fs::create_directories(parent);
  return store::Quarantine::make(parent, pool);
}

std::vector<git::PushedRef> refs_of(const std::vector<const SourceOfAtom*>& atoms) {
  std::vector<git::PushedRef> out;
  for (const auto* atom : atoms) {
    for (auto& ref : SetAtRemote().missing(*atom)) out.push_back(std::move(ref));
  }
  return out;
}

// The same decision has the same text.
std::string decision(atom::Lock lock) {
  lock.format = 0;
  for (auto& [genesis, set] : lock.sets) {
    set.tag = unwrap(atom::Tag::parse("set"));
    std::ranges::sort(set.mirrors);
  }
  lock.sort();
  return lock.text();
}

}  // namespace

bool decide_the_same(const atom::Lock& one, const atom::Lock& other) {
  return decision(one) == decision(other);
}

Preview::Preview(Context& outer, const PublishSource& source, atom::Url url, store::Quarantine quarantine)
    : outer_(outer),
      source_(source),
      url_(std::move(url)),
      quarantine_(std::move(quarantine)),
      settings_(outer.settings) {
  settings_.cache_root = quarantine_.path();
  settings_.gc_roots = false;
  settings_.newest_before.reset();  // others need not have it
}

coro::Task<std::unique_ptr<Preview>> Preview::open(Context& context, const PublishSource& source, atom::Url url,
                                                   std::vector<const SourceOfAtom*> pending) {
  auto quarantine = co_await coro::offload(context.pool, [&] { return make_quarantine(*context.cache, context.pool); });
  std::unique_ptr<Preview> out(new Preview(context, source, std::move(url), std::move(quarantine)));
  auto cache = co_await store::Cache::open(out->quarantine_.path(), context.pool, context.clock);
  auto remotes = std::make_unique<RemotesWithRefs>(*context.connector, out->url_, refs_of(pending));
  auto evaluator = context.make_evaluator(*cache);
  Context::Outside outside{context.pool, context.clock, std::move(cache), std::move(remotes), std::move(evaluator), {}};
  out->context_ = std::make_unique<Context>(out->settings_, context.observer, std::move(outside));
  co_await out->fill(std::move(pending));
  co_return out;
}

// The atoms to be published are not at the remote yet.
coro::Task<> Preview::fill(std::vector<const SourceOfAtom*> pending) {
  std::vector<atom::ObjectId> revs;
  for (const auto* atom : pending) revs.push_back(atom->rev);
  if (revs.empty()) co_return;
  git::LocalRemote repository(unwrap(atom::Url::parse(source_.common.string())), outer_.pool);
  auto intake = co_await context_->cache->objects().begin_intake();
  co_await repository.fetch(revs, *intake);
  co_await intake->accept(std::move(revs));
}

// The present lock, with the versions of the commit instead of development versions: those are what it was tried with.
std::optional<atom::Lock> Preview::preferred(const SourceOfAtom& atom) const {
  auto out = atom.lock;
  if (!out) return out;
  for (auto& locked : out->atoms) {
    const auto own = source_.atoms.find(locked.label);
    if (locked.set != source_.genesis || !is_dev(locked.version) || own == source_.atoms.end()) continue;
    locked.version = own->second.commit.version;
  }
  return out;
}

coro::Task<atom::Lock> Preview::resolve(const SourceOfAtom* atom) {
  if (atom->lock) copy_requests(outer_.cache->facts(), context_->cache->facts(), atom->manifest, *atom->lock);
  VersionProblem problem{.set = source_.genesis,
                         .manifest = atom->manifest,
                         .file = atom->file(atom_file),
                         .locked = preferred(*atom),
                         .fresh = false,
                         .own_places = {url_},
                         .local = std::nullopt};
  auto chosen = co_await choose_versions(*context_, std::move(problem));
  co_return std::move(chosen.lock);
}

coro::Task<std::vector<std::optional<Error>>> Preview::plan(std::vector<const SourceOfAtom*> atoms,
                                                            std::vector<std::string>& warnings) {
  PlanRequest request;
  for (const auto* atom : atoms) {
    const auto& [tree, origin, label, version] = atom->commit;
    atom::AtomUri uri{url_, label, unwrap(atom::Requirement::parse("=" + version.str()))};
    auto typed = uri.str();
    request.items.push_back({std::move(typed), std::move(uri), std::nullopt});
  }
  const auto report = co_await engine::plan(*context_, std::move(request));
  std::vector<std::optional<Error>> out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    auto& failure = out.emplace_back();
    const auto& plan = report.plans[i];
    if (plan) continue;
    if (eval::is_library(plan.error())) {
      warnings.push_back(
          fmt::format("{}: only other atoms can use it: {}", atoms[i]->commit.label.str(), plan.error().message()));
    } else {
      failure = plan.error();
    }
  }
  co_return out;
}

}  // namespace eka::engine
