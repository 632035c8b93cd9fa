#include "engine/share/evaluations.h"

#include <algorithm>
#include <functional>
#include <map>
#include <ranges>
#include <set>
#include <utility>

#include "atom/lock/lock.h"
#include "base/text.h"
#include "coro/task/task_group.h"
#include "engine/share/entry.h"
#include "store/remote/remote_cache.h"

namespace eka::engine {
namespace {

constexpr std::size_t largest_objects = std::size_t{256} << 20;  // decompressed
// Objects that several evaluations of a run need are stored in each of them up to this size, otherwise once, as a blob.
constexpr std::size_t largest_repeated = 16 << 10;
// Servers often limit bodies to 1 MB; larger objects of one evaluation become a blob.
constexpr std::size_t largest_inlined = 512 << 10;

using Objects = std::map<std::string, eval::StoreObject, std::less<>>;

bool is_on_this_machine(const atom::LockedDirect& direct) {
  const auto url = std::visit([](const auto& source) { return atom::Url::parse(source.url); }, direct.source);
  return !url || url->is_local();
}

// Whether the plan depends on paths of this machine.
bool is_bound_here(const Recalled& evaluation) {
  for (const auto& remote : evaluation.remotes) {
    const auto url = atom::Url::parse(remote);
    if (!url || url->is_local()) return true;
  }
  if (!evaluation.lock) return false;
  const auto lock = atom::Lock::parse(*evaluation.lock, "cached evaluation");
  if (!lock || std::ranges::any_of(lock->direct, is_on_this_machine)) return true;
  return std::ranges::any_of(
      lock->sets, [](const auto& set) { return std::ranges::any_of(set.second.mirrors, &atom::Url::is_local); });
}

// The paths that `drv_path` refers to, directly or not, and itself; nothing if one is missing in `objects`.
std::optional<std::vector<std::string_view>> closure_of(const std::string& drv_path, const Objects& objects) {
  std::set<std::string_view> seen{drv_path};
  std::vector<std::string_view> out{drv_path};
  for (std::size_t next = 0; next < out.size(); ++next) {
    const auto found = objects.find(out[next]);
    if (found == objects.end()) return std::nullopt;
    for (const std::string& reference : found->second.references) {
      if (seen.insert(reference).second) out.push_back(reference);
    }
  }
  return out;
}

// Whether the derivation has the outputs that the evaluation names.
bool agrees(const Recalled& evaluation, const eval::StoreObject& derivation) {
  const auto text = eval::file_in_nar(derivation.nar);
  auto read = text ? eval::Derivation::parse(*text) : fail(Kind::integrity, "");
  if (!read) return false;
  const auto by_name = [](const eval::Output& a, const eval::Output& b) { return a.name < b.name; };
  auto named = evaluation.outputs;
  std::ranges::sort(named, by_name);
  std::ranges::sort(read->outputs, by_name);
  return named == read->outputs;
}

// --- pull

class Opening {
 public:
  Opening(Context& context, std::vector<std::optional<SharedEntry>> entries, const GetBlob& get)
      : context_(context), entries_(std::move(entries)), get_(get) {}

  coro::Task<Pulled> finish() {
    for (const auto& entry : entries_) {
      out_.evaluations.push_back(entry ? Recalled::parse(entry->evaluation) : std::nullopt);
    }
    co_await find_missing();
    co_await get_blobs();
    co_await coro::offload(context_.pool, [this](coro::Stop stop) { take_objects(stop); });
    co_return std::move(out_);
  }

 private:
  // Those whose derivations are not valid here.
  coro::Task<> find_missing() {
    std::vector<std::size_t> found;
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!out_.evaluations[i]) continue;
      found.push_back(i);
      paths.push_back(out_.evaluations[i]->drv_path);
    }
    if (paths.empty()) co_return;
    const auto valid = co_await context_.evaluator->exist(std::move(paths));
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!valid[i]) missing_.push_back(found[i]);
    }
  }

  coro::Task<> get_blobs() {
    std::set<store::RemoteBlob> all;
    for (const auto index : missing_) all.insert(entries_[index]->blobs.begin(), entries_[index]->blobs.end());
    std::vector<coro::Task<>> tasks;
    for (const auto& blob : all) tasks.push_back(get_blob(blob));
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> get_blob(store::RemoteBlob blob) {
    auto content = co_await get_(blob);
    if (content) texts_.push_back(*std::move(content));
  }

  void take_objects(coro::Stop stop) {
    for (const auto index : missing_) texts_.push_back(std::move(entries_[index]->objects));
    Objects objects;
    for (const auto& text : texts_) {
      stop.check();
      const auto plain = decompressed(text, largest_objects);
      auto read = plain ? eval::split_objects(*plain) : std::unexpected(plain.error());
      if (!read) continue;
      for (auto& object : *read) {
        if (!objects.contains(object.path) && !eval::content_address(object).empty()) {
          auto path = object.path;
          objects.emplace(std::move(path), std::move(object));
        }
      }
    }
    std::set<std::string_view> needed;
    for (const auto index : missing_) {
      auto& evaluation = out_.evaluations[index];
      const auto closure = closure_of(evaluation->drv_path, objects);
      if (closure && agrees(*evaluation, objects.find(evaluation->drv_path)->second)) {
        needed.insert(closure->begin(), closure->end());
      } else {
        evaluation.reset();
      }
    }
    for (auto& [path, object] : objects) {
      if (needed.contains(path)) out_.objects.push_back(std::move(object));
    }
  }

  Context& context_;
  std::vector<std::optional<SharedEntry>> entries_;
  const GetBlob& get_;
  std::vector<std::size_t> missing_;
  std::vector<std::string> texts_;  // compressed objects
  Pulled out_;
};

// Nothing unless the entry is one of this key, and signed by somebody whom the user trusts.
coro::Task<std::optional<SharedEntry>> look_up(Context* context, std::string key) {
  auto& cache = *context->shared;
  const auto place = place_of_entry(key);
  const auto result = co_await cache.result(place);
  if (!result) co_return std::nullopt;
  const auto& shared = context->settings.shared;
  bool is_signed = false;
  auto entry = SharedEntry::parse(result->text, shared.trusted_keys, is_signed);
  const auto evaluation = entry ? Recalled::parse(entry->evaluation) : std::nullopt;
  if (!evaluation || entry->key != key || !eval::is_store_path(evaluation->drv_path)) {
    cache.tell_failure("an evaluation in it is malformed");
  } else if (!is_signed && !shared.trust) {
    cache.tell_failure("an evaluation in it is not signed by any of cache.trusted-keys");
  } else {
    co_return *std::move(entry);
  }
  co_return std::nullopt;
}

// --- push

// Objects that several evaluations need are kept apart, unless they are small.
Packed packed_entries(const std::vector<Shareable>& evaluations, const Objects& objects) {
  std::vector<std::vector<std::string_view>> closures;
  std::map<std::string_view, std::size_t> uses;
  for (const auto& each : evaluations) {
    closures.push_back(closure_of(each.evaluation.drv_path, objects).value_or(std::vector<std::string_view>{}));
    for (const auto path : closures.back()) ++uses[path];
  }
  const auto gather = [&](const auto& paths, auto belongs) {
    std::vector<const eval::StoreObject*> out;
    for (const auto path : paths) {
      if (belongs(path)) out.push_back(&objects.find(path)->second);
    }
    return compressed(eval::join(out));
  };
  Packed out;
  const bool is_shared = std::ranges::any_of(uses, [](const auto& use) { return use.second > 1; });
  std::optional<store::RemoteBlob> common;
  if (is_shared) {
    auto text = gather(std::views::keys(uses), [&](std::string_view path) { return uses[path] > 1; });
    if (text.size() > largest_repeated) {
      common = store::RemoteBlob::of(text);
      out.blobs.push_back(std::move(text));
    }
  }
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    if (closures[i].empty()) continue;
    SharedEntry entry{evaluations[i].key, evaluations[i].evaluation.text(), {}};
    bool needs_common = false;
    entry.objects = gather(closures[i], [&](std::string_view path) {
      const bool is_common = common && uses[path] > 1;
      needs_common = needs_common || is_common;
      return !is_common;
    });
    if (needs_common) entry.blobs.push_back(*common);
    if (entry.objects.size() > largest_inlined) {
      entry.blobs.push_back(store::RemoteBlob::of(entry.objects));
      out.blobs.push_back(std::exchange(entry.objects, compressed({})));
    }
    out.entries.push_back(std::move(entry));
  }
  return out;
}

coro::Task<std::optional<Objects>> objects_of(Context& context, const std::vector<Shareable>& evaluations) {
  std::vector<std::string> paths;
  for (const auto& each : evaluations) paths.push_back(each.evaluation.drv_path);
  Objects out;
  try {
    auto read = co_await context.evaluator->read_closure(std::move(paths));
    for (auto& object : read) {
      auto path = object.path;
      out.emplace(std::move(path), std::move(object));
    }
  } catch (const Error& error) {
    context.observer.note("evaluations are not shared: " + error.message());
    co_return std::nullopt;
  }
  co_return out;
}

}  // namespace

coro::Task<Pulled> open_entries(Context& context, std::vector<std::optional<SharedEntry>> entries, const GetBlob& get) {
  Opening opening(context, std::move(entries), get);
  co_return co_await opening.finish();
}

coro::Task<Pulled> pull_evaluations(Context& context, std::vector<std::string> keys) {
  const auto& shared = context.settings.shared;
  Pulled nothing;
  nothing.evaluations.resize(keys.size());
  if (!context.shared || keys.empty()) co_return nothing;
  if (shared.trusted_keys.empty() && !shared.trust) {
    // A machine that only stores has no use for keys.
    if (!shared.push) context.shared->tell_failure("no key is trusted to sign evaluations (cache.trusted-keys)");
    co_return nothing;
  }
  std::vector<coro::Task<std::optional<SharedEntry>>> tasks;
  for (auto& key : keys) tasks.push_back(look_up(&context, std::move(key)));
  auto entries = co_await coro::all(std::move(tasks));
  const GetBlob get = [&context](store::RemoteBlob blob) { return context.shared->blob(blob); };
  co_return co_await open_entries(context, std::move(entries), get);
}

coro::Task<std::optional<Packed>> pack_evaluations(Context& context, std::vector<Shareable> evaluations) {
  std::erase_if(evaluations, [](const Shareable& each) { return is_bound_here(each.evaluation); });
  if (evaluations.empty()) co_return Packed{};
  const auto objects = co_await objects_of(context, evaluations);
  if (!objects) co_return std::nullopt;
  co_return co_await coro::offload(context.pool, [&] { return packed_entries(evaluations, *objects); });
}

coro::Task<> push_evaluations(Context& context, std::vector<Shareable> evaluations) {
  const auto& shared = context.settings.shared;
  if (!context.shared || !shared.push || evaluations.empty()) co_return;
  auto packed = co_await pack_evaluations(context, std::move(evaluations));
  if (!packed) co_return;
  std::vector<coro::Task<bool>> blobs;
  for (auto& blob : packed->blobs) blobs.push_back(context.shared->put_blob(std::move(blob)));
  const auto stored = co_await coro::all(std::move(blobs));
  // A result must not name a blob that is not there.
  if (!std::ranges::all_of(stored, std::identity())) co_return;
  const auto* signer = shared.signing_key ? &*shared.signing_key : nullptr;
  std::vector<coro::Task<bool>> results;
  for (const auto& entry : packed->entries) {
    store::ActionResult result{entry.text(signer), entry.blobs};
    results.push_back(context.shared->put_result(place_of_entry(entry.key), std::move(result)));
  }
  (void)co_await coro::all(std::move(results));
}

}  // namespace eka::engine
