#include "store/cache/cached_objects.h"

#include <string_view>
#include <utility>

#include "store/object/lender.h"
#include "store/object/survey.h"
#include "store/object/tree.h"
#include "store/object/tree_file.h"
#include "store/pack/evidence.h"

namespace eka::store {
namespace {

// The commit; nullopt if it is damaged or was removed since it was found.
std::optional<CommitFacts> read_commit(Repository& repository, const atom::ObjectId& rev) {
  try {
    return repository.read([&](Objects& objects) -> std::optional<CommitFacts> {
      const Object commit = objects.read(rev, ObjectType::commit);
      return CommitFacts{tree_of_commit(commit.content()), std::string(commit.content())};
    });
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    return std::nullopt;
  }
}

// The commits, in the given order; nullopt for those that are missing or damaged.
std::vector<std::optional<CommitFacts>> read_commits(Repository& repository, const std::vector<atom::ObjectId>& revs) {
  const auto present = repository.read([&](Objects& objects) { return objects.present(revs); });
  std::vector<std::optional<CommitFacts>> facts(revs.size());
  for (std::size_t i = 0; i < revs.size(); ++i) {
    if (present[i]) facts[i] = read_commit(repository, revs[i]);
  }
  return facts;
}

bool is_all_here(Repository& repository, const atom::ObjectId& tree, Surveyor::Blobs blobs, coro::Stop stop) {
  try {
    repository.read([&](Objects& objects) { Surveyor(objects, {}, blobs).tree(tree); }, stop);
    return true;
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    return false;
  }
}

}  // namespace

CachedObjects::CachedObjects(Repository& repository, Database& database, Uses& uses, WriteAccess access,
                             coro::Pool& pool, coro::Clock& clock)
    : repository_(repository),
      database_(database),
      uses_(uses),
      access_(std::move(access)),
      pool_(pool),
      small_packs_(repository.incoming(), repository.packs(), pool, clock) {}

coro::Task<std::unique_ptr<Intake>> CachedObjects::begin_intake(std::vector<atom::ObjectId> bases) {
  access_.check();
  const auto accepted = [this](const std::vector<atom::ObjectId>& wants) {
    has_grown_ = true;
    whole_.insert(wants.begin(), wants.end());
  };
  auto lender = bases.empty() ? nullptr : std::make_unique<Lender>(repository_, std::move(bases));
  const PackPlaces places{repository_.incoming(), repository_.packs(), &small_packs_};
  co_return make_intake(places, pool_, accepted, PackLimits{}, Demand::closure, std::move(lender));
}

coro::Task<std::unique_ptr<Evidence>> CachedObjects::begin_evidence() {
  access_.check();
  co_return co_await coro::offload(pool_, [&] { return std::make_unique<Evidence>(repository_.incoming(), pool_); });
}

bool CachedObjects::take_growth() {
  return std::exchange(has_grown_, false);
}

void CachedObjects::forget(const atom::ObjectId& rev) {
  whole_.erase(rev);
  database_.forget(Fact::whole, key_of(rev));
}

void CachedObjects::doubt(const atom::ObjectId& tree) {
  database_.put(Fact::doubtful, key_of(tree), "");
}

void CachedObjects::trust(const atom::ObjectId& tree) {
  if (database_.get(Fact::doubtful, key_of(tree))) database_.forget(Fact::doubtful, key_of(tree));
}

coro::Task<std::optional<CommitFacts>> CachedObjects::commit(atom::ObjectId rev) {
  std::vector<atom::ObjectId> revs(1, rev);
  auto facts = co_await commits(std::move(revs));
  co_return std::move(facts.front());
}

coro::Task<std::vector<std::optional<CommitFacts>>> CachedObjects::commits(std::vector<atom::ObjectId> revs) {
  auto found = co_await coro::offload(pool_, [&] { return read_commits(repository_, revs); });
  std::vector<std::string> keys;
  std::vector<std::string> trees;
  for (std::size_t i = 0; i < revs.size(); ++i) {
    keys.emplace_back(key_of(revs[i]));
    trees.emplace_back(found[i] ? key_of(found[i]->tree) : std::string_view());
  }
  const auto wholes = database_.get_all(Fact::whole, keys);
  const auto doubts = database_.get_all(Fact::doubtful, trees);
  for (std::size_t i = 0; i < revs.size(); ++i) {
    const Known known{.whole = wholes[i].has_value(), .doubtful = doubts[i].has_value()};
    found[i] = co_await check_whole(revs[i], std::move(found[i]), known);
  }
  co_return found;
}

// The facts of a commit that was read; nullopt unless its whole tree is present.
coro::Task<std::optional<CommitFacts>> CachedObjects::check_whole(atom::ObjectId rev, std::optional<CommitFacts> facts,
                                                                  Known known) {
  if (!facts) {
    whole_.erase(rev);
    if (known.whole) database_.forget(Fact::whole, key_of(rev));
    co_return std::nullopt;
  }
  uses_.note(rev);
  if (known.whole) whole_.insert(rev);
  if (!known.doubtful && whole_.contains(rev)) co_return facts;
  const auto blobs = known.doubtful ? Surveyor::Blobs::contents : Surveyor::Blobs::headers;
  const bool whole = co_await coro::offload(
      pool_, [&](coro::Stop stop) { return is_all_here(repository_, facts->tree, blobs, stop); });
  if (!whole) {
    forget(rev);
    co_return std::nullopt;
  }
  if (whole_.insert(rev).second) database_.put(Fact::whole, key_of(rev), "");
  if (known.doubtful) trust(facts->tree);
  co_return facts;
}

coro::Task<std::optional<std::string>> CachedObjects::file(atom::ObjectId tree, std::string path, std::size_t limit) {
  co_return co_await coro::offload(pool_, [&] {
    return repository_.read([&](Objects& objects) { return read_blob_at(objects, tree, path, limit); });
  });
}

coro::Task<std::vector<std::string>> CachedObjects::names_in(atom::ObjectId tree, std::string directory) {
  const auto names_of = [](Objects& objects, const atom::ObjectId& id, EntryKind kind) {
    std::vector<std::pair<std::string, atom::ObjectId>> out;
    const Object object = objects.read(id, ObjectType::tree);
    for (const TreeEntry& entry : unwrap(parse_tree(object.content()))) {
      if (entry.kind == kind) out.emplace_back(entry.name, entry.id);
    }
    return out;
  };
  co_return co_await coro::offload(pool_, [&] {
    return repository_.read([&](Objects& objects) {
      std::vector<std::string> out;
      for (const auto& [name, id] : names_of(objects, tree, EntryKind::directory)) {
        if (name != directory) continue;
        for (auto& [file, blob] : names_of(objects, id, EntryKind::file)) out.push_back(std::move(file));
      }
      return out;
    });
  });
}

coro::Task<std::vector<Result<CachedObjects::Texts>>> CachedObjects::files(std::vector<atom::ObjectId> trees,
                                                                           std::vector<std::string> paths) {
  const auto read_all = [&](const atom::ObjectId& tree) -> Result<Texts> {
    try {
      return repository_.read([&](Objects& objects) {
        Texts texts;
        for (const auto& path : paths) texts.push_back(read_blob_at(objects, tree, path, largest_file));
        return texts;
      });
    } catch (const Error& error) {
      return std::unexpected(error);
    }
  };
  co_return co_await coro::offload(pool_, [&] {
    std::vector<Result<Texts>> all;
    for (const auto& tree : trees) all.push_back(read_all(tree));
    return all;
  });
}

coro::Task<std::optional<std::string>> CachedObjects::blob(atom::ObjectId id, std::size_t limit) {
  auto content = co_await coro::offload(pool_, [&] {
    return repository_.read([&](Objects& objects) -> std::optional<std::string> {
      const auto header = objects.header(id);
      if (!header || header->type != ObjectType::blob) return std::nullopt;
      check_size(id.hex(), header->size, limit);
      return std::string(objects.read(id, ObjectType::blob).content());
    });
  });
  if (content) uses_.note(id);
  co_return content;
}

coro::Task<atom::ObjectId> CachedObjects::write_commit(std::string text) {
  const auto rev = co_await coro::offload(pool_, [&] {
    return repository_.read([&](Objects& objects) { return objects.write_durably(ObjectType::commit, text); });
  });
  if (whole_trees_.contains(tree_of_commit(text))) whole_.insert(rev);
  co_return rev;
}

void CachedObjects::wrote_tree(const atom::ObjectId& tree, bool packed) {
  whole_trees_.insert(tree);
  if (packed) has_grown_ = true;
}

}  // namespace eka::store
