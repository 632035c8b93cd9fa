#include "store/cache.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "store/disk/cache_owner.h"
#include "store/disk/disk.h"
#include "store/disk/places.h"
#include "store/disk/quarantine.h"
#include "store/disk/usage.h"
#include "store/disk/use_lock.h"
#include "store/disk/write_access.h"
#include "store/fact/database.h"
#include "store/fact/vouched.h"
#include "store/maintenance/merge.h"
#include "store/name/refs.h"
#include "store/object/repository.h"
#include "store/object/snapshot.h"
#include "store/object/survey.h"
#include "store/object/tree.h"
#include "store/object/tree_file.h"
#include "store/pack/evidence.h"
#include "store/pack/gathering.h"
#include "store/pack/intake.h"
#include "store/pack/small_packs.h"
#include "store/source/incoming_file.h"
#include "store/tree/nar.h"
#include "store/tree/trees.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// `eka cache gc` may be running.
constexpr std::chrono::seconds patience_with_collectors{60};

// The value of Fact::whole of a commit that a ref keeps; empty where that was not looked up.
constexpr const char* held = "held";

std::string_view key(const atom::ObjectId& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

// Before format 2 what was remembered under a URL may have been said at another one, which insteadOf led to.
std::string genesis_key(const atom::Url& reached_at) {
  return "2 " + reached_at.str();
}

std::string vouched_key(const atom::Url& reached_at, const atom::ObjectId& genesis, const atom::Label& label) {
  return genesis.hex() + " " + label.str() + " " + reached_at.str();
}

// The commit, or nothing when it is missing or damaged.
std::optional<CommitFacts> read_commit(Repository& repository, const atom::ObjectId& rev) {
  try {
    return repository.read([&](Objects& objects) -> std::optional<CommitFacts> {
      if (!objects.header(rev)) return std::nullopt;
      const Object commit = objects.read(rev, ObjectType::commit);
      return CommitFacts{tree_of_commit(commit.content()), std::string(commit.content())};
    });
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    return std::nullopt;
  }
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

struct Cache::Parts {
  Parts(const Places& places, WriteAccess may_write, UseLock lock, coro::Pool& threads, coro::Clock& the_clock)
      : root(places.root),
        access(std::move(may_write)),
        in_use(std::move(lock)),
        pool(threads),
        clock(the_clock),
        repository(places.git(), places.trees_incoming(), access),
        refs(places.git(), access),
        trees(places.trees(), repository, access),
        database(places.database()),
        small_packs(repository.incoming(), repository.packs(), threads, the_clock),
        naming([this](std::vector<const Refs::Delivery*> gathered) { return write_refs(std::move(gathered)); }) {}

  bool is_whole(const atom::ObjectId& rev) {
    if (whole.contains(rev)) return true;
    if (!database.get(Fact::whole, key(rev))) return false;
    whole.insert(rev);
    return true;
  }
  void note_whole(const atom::ObjectId& rev) {
    if (whole.insert(rev).second) database.put(Fact::whole, key(rev), "");
  }
  void note_lost(const atom::ObjectId& rev) {
    whole.erase(rev);
    database.forget(Fact::whole, key(rev));
  }
  // Told to the database at the end, all at once; what it knows to be used today is not told again.
  void write_used() {
    const std::int64_t now = in_seconds(clock.date());
    for (const auto& [fact, keys] : used) {
      std::vector<std::pair<std::string, std::string>> facts;
      const std::vector<std::string> all(keys.begin(), keys.end());
      const auto values = database.get_all(fact, all);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const auto known = parse_seconds(values[i]);
        if (!known || *known < now - 24 * 3600 || *known > now) facts.emplace_back(all[i], std::to_string(now));
      }
      database.put_all(fact, facts);
    }
  }

  // Something of the tree could not be read: whoever asks for a commit with it is answered after a look at every byte.
  void doubt(const atom::ObjectId& tree) { database.put(Fact::doubtful, key(tree), ""); }
  void trust(const atom::ObjectId& tree) {
    if (database.get(Fact::doubtful, key(tree))) database.forget(Fact::doubtful, key(tree));
  }

  fs::path sources() const { return root / "sources"; }

  coro::Task<std::vector<std::optional<Error>>> write_refs(std::vector<const Refs::Delivery*> gathered);

  fs::path root;
  WriteAccess access;
  UseLock in_use;
  coro::Pool& pool;
  coro::Clock& clock;
  // Used on the pool; safe there.
  Repository repository;
  Refs refs;
  Trees trees;
  // Used on the reactor only.
  Database database;
  std::unordered_set<atom::ObjectId> whole;
  std::map<Fact, std::set<std::string>> used;
  bool has_grown = false;  // by a pack
  SmallPacks small_packs;
  Gathering<Refs::Delivery> naming;
};

Cache::Cache(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Cache::~Cache() {
  parts_->write_used();
}

coro::Task<std::unique_ptr<Cache>> Cache::open(fs::path root, coro::Pool& pool, coro::Clock& clock) {
  const std::string where = "cannot use the cache at " + printable(root.native());
  const std::string hint = "choose another directory with cache.root or EKA_CACHE_ROOT";
  WriteAccess access;
  co_await coro::offload(pool, [&] {
    try {
      root = trusted_cache_root(root);
      access = WriteAccess::to(Places(root));
      if (!access.is_granted()) return;
      root = make_cache_root(root);
      make_directories(Trees::incoming(root / "trees"));
    } catch (const fs::filesystem_error& error) {
      throw Error(Kind::failure, where + ": " + error.code().message()).with_hint(hint);
    } catch (const Error& error) {
      if (!error.hint().empty()) throw;
      throw Error(error.kind(), where + ": " + error.message()).with_hint(hint);
    }
  });
  UseLock lock = co_await UseLock::take(pool, root, UseLock::Mode::shared, patience_with_collectors, clock);
  auto parts = co_await coro::offload(pool, [&] {
    try {
      return std::make_unique<Parts>(Places(root), std::move(access), std::move(lock), pool, clock);
    } catch (const fs::filesystem_error& error) {
      throw Error(Kind::failure, where + ": " + error.code().message()).with_hint(hint);
    } catch (Error& error) {
      throw std::move(error).within(where).with_hint(hint);
    }
  });
  co_return std::unique_ptr<Cache>(new Cache(std::move(parts)));
}

const fs::path& Cache::root() const {
  return parts_->root;
}

const std::string& Cache::warning() const {
  return parts_->database.warning();
}

const std::string& Cache::obstacle() const {
  return parts_->access.obstacle();
}

void Cache::check_writable() const {
  parts_->access.check();
}

coro::Task<std::unique_ptr<Intake>> Cache::begin_intake(std::vector<atom::ObjectId> bases) {
  Parts& parts = *parts_;
  check_writable();
  const auto admitted = [&parts](const std::vector<atom::ObjectId>& wants) {
    parts.has_grown = true;
    parts.whole.insert(wants.begin(), wants.end());
  };
  auto lender = bases.empty() ? nullptr : std::make_unique<Lender>(parts.repository, std::move(bases));
  const PackPlaces places{parts.repository.incoming(), parts.repository.packs(), &parts.small_packs};
  co_return make_intake(places, parts.pool, admitted, PackLimits{}, Demand::closure, std::move(lender));
}

coro::Task<std::unique_ptr<Evidence>> Cache::begin_evidence() {
  Parts& parts = *parts_;
  check_writable();
  co_return co_await coro::offload(parts.pool,
                                   [&] { return std::make_unique<Evidence>(parts.repository.incoming(), parts.pool); });
}

coro::Task<std::optional<CommitFacts>> Cache::commit(atom::ObjectId rev) {
  Parts& parts = *parts_;
  auto facts = co_await coro::offload(parts.pool, [&] { return read_commit(parts.repository, rev); });
  const bool doubtful = facts && parts.database.get(Fact::doubtful, key(facts->tree));
  co_return co_await seen_whole(rev, std::move(facts), doubtful);
}

coro::Task<std::vector<std::optional<CommitFacts>>> Cache::commits(std::vector<atom::ObjectId> revs) {
  Parts& parts = *parts_;
  auto found = co_await coro::offload(parts.pool, [&] {
    std::vector<std::optional<CommitFacts>> facts;
    for (const auto& rev : revs) facts.push_back(read_commit(parts.repository, rev));
    return facts;
  });
  std::vector<std::string> trees;
  for (const auto& facts : found) trees.emplace_back(facts ? key(facts->tree) : std::string_view());
  const auto doubts = parts.database.get_all(Fact::doubtful, trees);
  for (std::size_t i = 0; i < revs.size(); ++i) {
    found[i] = co_await seen_whole(revs[i], std::move(found[i]), doubts[i].has_value());
  }
  co_return found;
}

// The facts of a commit that was read, or nothing unless its whole tree is here.
coro::Task<std::optional<CommitFacts>> Cache::seen_whole(atom::ObjectId rev, std::optional<CommitFacts> facts,
                                                         bool doubtful) {
  Parts& parts = *parts_;
  if (!facts) {
    parts.note_lost(rev);
    co_return std::nullopt;
  }
  parts.used[Fact::used].emplace(key(rev));
  if (!doubtful && parts.is_whole(rev)) co_return facts;
  const auto blobs = doubtful ? Surveyor::Blobs::contents : Surveyor::Blobs::headers;
  const bool whole = co_await coro::offload(
      parts.pool, [&](coro::Stop stop) { return is_all_here(parts.repository, facts->tree, blobs, stop); });
  if (!whole) {
    parts.note_lost(rev);
    co_return std::nullopt;
  }
  parts.note_whole(rev);
  if (doubtful) parts.trust(facts->tree);
  co_return facts;
}

coro::Task<std::optional<std::string>> Cache::file(atom::ObjectId tree, std::string path, std::size_t limit) {
  Parts& parts = *parts_;
  co_return co_await coro::offload(parts.pool, [&] {
    return parts.repository.read([&](Objects& objects) { return read_blob_at(objects, tree, path, limit); });
  });
}

coro::Task<std::vector<Result<Cache::Texts>>> Cache::files(std::vector<atom::ObjectId> trees,
                                                           std::vector<std::string> paths) {
  Parts& parts = *parts_;
  const auto read_all = [&](const atom::ObjectId& tree) -> Result<Texts> {
    try {
      return parts.repository.read([&](Objects& objects) {
        Texts texts;
        for (const auto& path : paths) texts.push_back(read_blob_at(objects, tree, path, largest_file));
        return texts;
      });
    } catch (const Error& error) {
      return std::unexpected(error);
    }
  };
  co_return co_await coro::offload(parts.pool, [&] {
    std::vector<Result<Texts>> all;
    for (const auto& tree : trees) all.push_back(read_all(tree));
    return all;
  });
}

coro::Task<std::optional<std::string>> Cache::blob(atom::ObjectId id, std::size_t limit) {
  Parts& parts = *parts_;
  auto content = co_await coro::offload(parts.pool, [&] {
    return parts.repository.read([&](Objects& objects) -> std::optional<std::string> {
      const auto header = objects.header(id);
      if (!header || header->type != ObjectType::blob) return std::nullopt;
      check_size(id.hex(), header->size, limit);
      return std::string(objects.read(id, ObjectType::blob).content());
    });
  });
  if (content) parts.used[Fact::used].emplace(key(id));
  co_return content;
}

coro::Task<atom::ObjectId> Cache::snapshot(std::vector<git::WorkingFile> files) {
  Parts& parts = *parts_;
  co_return co_await coro::offload(parts.pool, [&] {
    return parts.repository.read([&](Objects& objects) { return write_snapshot(objects, files); });
  });
}

coro::Task<atom::ObjectId> Cache::write_commit(std::string text) {
  Parts& parts = *parts_;
  co_return co_await coro::offload(parts.pool, [&] {
    return parts.repository.read([&](Objects& objects) { return objects.write(ObjectType::commit, text); });
  });
}

coro::Task<std::vector<std::vector<CachedAtom>>> Cache::given(Giver by, atom::ObjectId genesis,
                                                              std::vector<atom::Label> labels) {
  Parts& parts = *parts_;
  co_return co_await coro::offload(parts.pool, [&] { return parts.refs.given(by, genesis, labels); });
}

coro::Task<> Cache::hold(Giver by, atom::ObjectId genesis, std::vector<AtomName> atoms) {
  Parts& parts = *parts_;
  std::vector<std::pair<std::string, std::string>> whole;
  for (const auto& atom : atoms) {
    whole.emplace_back(key(atom.rev), held);
    // What this process admitted it need not look at again.
    if (parts.whole.contains(atom.rev)) continue;
    const auto facts = co_await commit(atom.rev);
    if (!facts) {
      throw Error(Kind::integrity, atom.label.str() + " " + atom.version.str() + ": commit " + atom.rev.hex() +
                                       " is missing in the cache");
    }
  }
  Refs::Delivery delivery{std::move(by), genesis, std::move(atoms)};
  co_await parts.naming.write(std::move(delivery));
  parts.database.put_all(Fact::whole, whole);
}

coro::Task<> Cache::hold_unheld(atom::ObjectId genesis, std::vector<AtomName> atoms) {
  Parts& parts = *parts_;
  if (!parts.access.is_granted()) co_return;
  std::vector<std::string> keys;
  for (const auto& atom : atoms) keys.emplace_back(key(atom.rev));
  const auto known = parts.database.get_all(Fact::whole, keys);
  std::vector<AtomName> unknown;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (known[i] != held) unknown.push_back(std::move(atoms[i]));
  }
  if (unknown.empty()) co_return;
  const auto kept = co_await coro::offload(parts.pool, [&] {
    std::set<atom::ObjectId> revs;
    for (const auto& name : parts.refs.all()) revs.insert(name.rev);
    return revs;
  });
  std::vector<AtomName> unheld;
  std::vector<std::pair<std::string, std::string>> facts;
  for (auto& atom : unknown) {
    if (kept.contains(atom.rev)) {
      facts.emplace_back(key(atom.rev), held);
    } else {
      unheld.push_back(std::move(atom));
    }
  }
  parts.database.put_all(Fact::whole, facts);
  if (!unheld.empty()) co_await hold(Giver::unknown(), genesis, std::move(unheld));
}

coro::Task<std::vector<std::optional<Error>>> Cache::Parts::write_refs(std::vector<const Refs::Delivery*> gathered) {
  std::vector<Refs::Delivery> deliveries;
  for (const auto* each : gathered) deliveries.push_back(*each);
  co_await coro::offload(pool, [&] { refs.write(deliveries); });
  co_return std::vector<std::optional<Error>>(gathered.size());
}

coro::Task<std::unique_ptr<IncomingFile>> Cache::begin_file() {
  Parts& parts = *parts_;
  check_writable();
  const std::function<coro::Task<std::unique_ptr<Intake>>()> intake = [this] { return begin_intake(); };
  co_return co_await coro::offload(parts.pool, [&] {
    const fs::path workshop = Trees::incoming(parts.sources());
    make_directories(workshop);
    Quarantine::sweep(workshop);
    return make_incoming_file(workshop, parts.sources(), parts.pool, intake);
  });
}

coro::Task<std::optional<fs::path>> Cache::source_file(atom::NarHash hash) {
  Parts& parts = *parts_;
  auto place = parts.sources() / hash.hex();
  const bool there = co_await coro::offload(parts.pool, [&] {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(place, ignored));
  });
  if (there) parts.used[Fact::used].insert(hash.hex());
  co_return there ? std::optional(std::move(place)) : std::nullopt;
}

// A source stands behind a commit of our own, as an atom behind its: for whoever walks the repository there is one kind
// of thing. (The commit that was fetched will not do: without its parents it is an orphan that git complains about.)
coro::Task<> Cache::name_source(std::string name, atom::ObjectId tree) {
  Parts& parts = *parts_;
  const auto rev =
      co_await write_commit("tree " + tree.hex() + "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\nsource " + name);
  const auto facts = co_await commit(rev);
  if (!facts) throw Error(Kind::integrity, "source " + name + " is incomplete in the cache");
  co_await coro::offload(parts.pool, [&] { parts.refs.write_source(name, rev); });
}

coro::Task<std::optional<atom::ObjectId>> Cache::source_tree(std::string name) {
  Parts& parts = *parts_;
  const auto rev = co_await coro::offload(parts.pool, [&] { return parts.refs.find_source(name); });
  if (!rev) co_return std::nullopt;
  const auto facts = co_await commit(*rev);
  if (!facts) co_return std::nullopt;
  // Unlike an atom's, the commit came by another way than what it stands for.
  const bool there = co_await coro::offload(parts.pool, [&] {
    return parts.repository.read([&](Objects& objects) { return objects.header(facts->tree).has_value(); });
  });
  if (!there) parts.note_lost(*rev);
  co_return there ? std::optional(facts->tree) : std::nullopt;
}

coro::Task<fs::path> Cache::materialise(atom::ObjectId tree) {
  Parts& parts = *parts_;
  parts.used[Fact::used].emplace(key(tree));
  const std::string& boot = parts.trees.boot();
  const bool known = parts.database.get(Fact::laid_out, key(tree)) == boot;
  fs::path place;
  try {
    place = co_await coro::offload(parts.pool, [&](coro::Stop stop) { return parts.trees.lay_out(tree, known, stop); });
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) parts.doubt(tree);
    throw error.within("writing the tree " + tree.hex());
  }
  if (!known) {
    parts.database.put(Fact::laid_out, key(tree), boot);
    parts.trust(tree);
  }
  co_return place;
}

coro::Task<atom::NarHash> Cache::nar_hash(atom::ObjectId tree) {
  Parts& parts = *parts_;
  if (const auto known = parts.database.get(Fact::nar_hash, key(tree)); known && known->size() == 32) {
    std::array<std::uint8_t, 32> bytes{};
    std::copy(known->begin(), known->end(), bytes.begin());
    co_return atom::NarHash(bytes);
  }
  std::optional<atom::NarHash> hash;
  try {
    hash = co_await coro::offload(parts.pool, [&](coro::Stop stop) {
      const auto hash_all = [&](Objects& objects) {
        Surveyor(objects).tree(tree);
        return hash_nar(objects, tree);
      };
      return parts.repository.read(hash_all, stop);
    });
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) parts.doubt(tree);
    throw error.within("hashing the tree " + tree.hex());
  }
  const auto& bytes = hash->bytes();
  parts.database.put(Fact::nar_hash, key(tree), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  co_return *hash;
}

coro::Task<std::string> Cache::tidy() {
  Parts& parts = *parts_;
  if (!std::exchange(parts.has_grown, false)) co_return std::string();
  std::string trouble;
  try {
    co_await merge_packs(Places(parts.root), parts.pool, MergePolicy(), parts.clock);
  } catch (const Error& error) {
    trouble = "merging packs of the cache failed: " + error.message();
  }
  co_return trouble;
}

void Cache::note_lock(const fs::path& file) {
  parts_->used[Fact::lock].insert(fs::absolute(file).lexically_normal().native());
}

std::vector<std::optional<std::string>> Cache::remembered_evaluations(const std::vector<std::string>& digests) {
  auto found = parts_->database.get_all(Fact::evaluation, digests);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) parts_->used[Fact::used].insert(digests[i]);
  }
  return found;
}

void Cache::remember_evaluation(const std::string& digest, const std::string& value) {
  parts_->used[Fact::used].insert(digest);
  parts_->database.put(Fact::evaluation, digest, value);
}

std::optional<std::string> Cache::remembered_questions(const std::string& asker) {
  return parts_->database.get(Fact::questions, asker);
}

void Cache::remember_questions(const std::string& asker, const std::string& value) {
  parts_->database.put(Fact::questions, asker, value);
}

std::optional<atom::ObjectId> Cache::genesis_at(const atom::Url& reached_at) {
  const auto hex = parts_->database.get(Fact::genesis, genesis_key(reached_at));
  const auto id = hex ? atom::ObjectId::parse(*hex) : Result<atom::ObjectId>(fail(Kind::failure, ""));
  return id ? std::optional(*id) : std::nullopt;
}

void Cache::remember_genesis(const atom::Url& reached_at, atom::ObjectId genesis) {
  parts_->database.put(Fact::genesis, genesis_key(reached_at), genesis.hex());
}

std::vector<std::vector<CachedAtom>> Cache::vouched(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                                    const std::vector<atom::Label>& labels) {
  std::vector<std::string> keys;
  for (const auto& label : labels) keys.push_back(vouched_key(reached_at, genesis, label));
  std::vector<std::vector<CachedAtom>> out;
  for (const auto& value : parts_->database.get_all(Fact::vouched, keys)) {
    auto& of_label = out.emplace_back();
    for (auto& [version, rev] : read_vouched(value.value_or(""))) of_label.push_back({version, rev});
  }
  return out;
}

void Cache::remember_vouched(const atom::Url& reached_at, const atom::ObjectId& genesis,
                             const std::vector<AtomName>& atoms) {
  std::map<std::string, std::vector<const AtomName*>> by_key;
  for (const auto& atom : atoms) by_key[vouched_key(reached_at, genesis, atom.label)].push_back(&atom);
  std::vector<std::string> keys;
  for (const auto& [key, of_label] : by_key) keys.push_back(key);
  const auto values = parts_->database.get_all(Fact::vouched, keys);
  std::vector<std::pair<std::string, std::string>> changed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto known = read_vouched(values[i].value_or(""));
    const auto before = known.size();
    for (const auto* atom : by_key.at(keys[i])) known.try_emplace(atom->version, atom->rev);
    if (known.size() != before) changed.emplace_back(keys[i], write_vouched(known));
  }
  parts_->database.put_all(Fact::vouched, changed);
}

bool Cache::knows_request(const std::string& request) {
  return parts_->database.get(Fact::request, request).has_value();
}

void Cache::remember_request(const std::string& request) {
  parts_->database.put(Fact::request, request, "");
}

// By origin: microseconds. By url: when it failed, in seconds since 1970.
std::optional<std::chrono::microseconds> Cache::answer_time(const atom::Url& url) {
  const auto count = number(parts_->database.get(Fact::answers, url.origin()));
  return count ? std::optional(std::chrono::microseconds(*count)) : std::nullopt;
}

std::optional<std::chrono::system_clock::time_point> Cache::failed_at(const atom::Url& url) {
  const auto count = number(parts_->database.get(Fact::answers, url.str()));
  return count ? std::optional(std::chrono::system_clock::time_point(std::chrono::seconds(*count))) : std::nullopt;
}

void Cache::remember_answer(const atom::Url& url, std::chrono::microseconds time) {
  parts_->database.put(Fact::answers, url.origin(), std::to_string(time.count()));
  if (failed_at(url)) parts_->database.forget(Fact::answers, url.str());
}

void Cache::remember_failure(const atom::Url& url, std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch());
  parts_->database.put(Fact::answers, url.str(), std::to_string(seconds.count()));
}

git::HostMemory& Cache::hosts() {
  return parts_->database;
}

}  // namespace eka::store
