#include "engine/travel/export_cache.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "atom/hash/base_n.h"
#include "coro/task/task_group.h"
#include "engine/closure/closure.h"
#include "engine/plan/recall.h"
#include "engine/share/entry.h"
#include "engine/share/evaluations.h"
#include "engine/travel/names.h"
#include "store/bundle/bundle_writer.h"
#include "store/disk/places.h"
#include "store/name/refs.h"
#include "store/source/source_name.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_exported = std::uintmax_t{512} << 20;  // of an object in a pack

std::optional<std::string> exported_file(const fs::path& file) {
  std::error_code failure;
  if (fs::file_size(file, failure) > largest_exported || failure) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// What is exported, by name.
struct ExportSelection {
  std::set<Published> atoms;
  std::set<std::string> sources;  // names of trees
  std::set<std::string> files;    // SHA-256 in hex
  std::vector<Shareable> evaluations;

  void add(const atom::LockedDirect& direct) {
    std::visit([this](const auto& source) { add(source); }, direct.source);
  }
  void add(const atom::LockedGit& git) { sources.insert(store::source_name(git.rev)); }
  void add(const atom::LockedTar& tar) { add(tar.hash, true); }
  void add(const atom::LockedFile& file) { add(file.hash, false); }
  void add(const atom::LockedBuild&) {}  // fetched at build time
  void add(const std::string& sri, bool is_tree) {
    const auto hash = atom::NarHash::parse_sri(sri);
    if (!hash) return;
    if (is_tree) {
      sources.insert(store::source_name(*hash));
    } else {
      files.insert(hash->hex());
    }
  }
};

// The tree of refs/contents: directories of files.
class ExportContents {
 public:
  void add(const std::string& directory, const std::string& name, std::string content) {
    if (content.size() > largest_exported) return;
    store::NewObject blob(store::ObjectType::blob, std::move(content));
    directories_[directory].emplace(name, blob.id);
    if (seen_.insert(blob.id).second) objects_.push_back(std::move(blob));
  }

  // All objects, and the commit of the tree last.
  std::vector<store::NewObject> take() {
    std::string tree;
    // An entry of the root is a file, or a directory. Names are distinct and sorted as git sorts them.
    std::map<std::string, std::pair<const char*, atom::ObjectId>> entries;
    for (const auto& [name, id] : directories_[""]) entries.emplace(name, std::pair("100644", id));
    for (const auto& [directory, files] : directories_) {
      if (directory.empty()) continue;
      auto below = store::tree_of({files.begin(), files.end()});
      entries.emplace(directory, std::pair("40000", below.id));
      objects_.push_back(std::move(below));
    }
    for (const auto& [name, entry] : entries) {
      tree += std::string(entry.first) + " " + name + '\0';
      tree.append(reinterpret_cast<const char*>(entry.second.bytes().data()), atom::ObjectId::size);
    }
    store::NewObject root(store::ObjectType::tree, std::move(tree));
    store::NewObject commit(store::ObjectType::commit,
                            "tree " + root.id.hex() + "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\neka cache");
    objects_.push_back(std::move(root));
    objects_.push_back(std::move(commit));
    return std::move(objects_);
  }

 private:
  std::map<std::string, std::map<std::string, atom::ObjectId>> directories_;
  std::set<atom::ObjectId> seen_;
  std::vector<store::NewObject> objects_;
};

class Export {
 public:
  Export(Context& context, ExportRequest request)
      : context_(context), request_(std::move(request)), places_(context.cache->root()), refs_(places_.git()) {}

  coro::Task<ExportReport> finish(const std::function<void(std::string_view)>& write) {
    if (request_.evaluations) co_await context_.evaluator->prepare();
    if (request_.items.empty() && request_.locks.empty()) {
      co_await select_all();
    } else {
      co_await select_items();
      co_await select_locks();
    }
    co_await add_atoms();
    co_await add_sources();
    add_names();
    co_await add_evaluations();
    auto made = contents_.take();
    heads_.push_back({"refs/contents", made.back().id});
    std::optional<store::BundleWriter> writer;
    co_await coro::offload(context_.pool, [&](coro::Stop stop) {
      writer.emplace(places_.objects(), commits_, std::move(made), heads_, stop);
    });
    bool more = true;
    while (more) {
      more = co_await coro::offload(context_.pool, [&](coro::Stop stop) {
        const auto chunk = writer->next_chunk(stop);
        if (!chunk.empty()) write(chunk);
        report_.bytes += chunk.size();
        return !chunk.empty();
      });
    }
    co_return report_;
  }

 private:
  coro::Task<> select_all() {
    co_await coro::offload(context_.pool, [&] {
      for (const auto& name : refs_.all()) {
        const auto set = atom::parse_base58(name.set);
        if (!set || set->size() != atom::ObjectId::size) continue;
        std::array<std::uint8_t, atom::ObjectId::size> bytes{};
        std::ranges::copy(*set, bytes.begin());
        selection_.atoms.insert({atom::ObjectId(bytes), name.label, name.version, name.rev});
      }
      for (const auto& source : refs_.sources()) selection_.sources.insert(source.name);
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(places_.sources(), ignored)) {
        const std::string name = entry.path().filename();
        if (atom::NarHash::parse_hex(name)) selection_.files.insert(name);
      }
    });
    if (!request_.evaluations) co_return;
    for (auto& [key, text] : context_.cache->facts().all(store::Fact::evaluation)) {
      if (auto evaluation = Recalled::parse(text)) selection_.evaluations.push_back({key, *std::move(evaluation)});
    }
  }

  coro::Task<> select_items() {
    std::vector<Times> times(request_.items.size());
    auto roots = co_await find_roots(context_, request_.items, times);
    co_await complete_locks(context_, request_.items, roots, times);
    std::vector<coro::Task<>> tasks;
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (!roots[i]) throw Error(roots[i].error()).within("exporting " + request_.items[i].typed);
      tasks.push_back(select_item(*roots[i]));
    }
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> select_item(const Root& root) {
    const auto closure = co_await fetch_closure(context_, root.atom, root.found_at);
    for (const auto& member : closure.members) {
      selection_.atoms.insert(member.published);
      for (const auto& [name, source] : member.sources) selection_.add(source.locked);
    }
    if (!request_.evaluations) co_return;
    auto key = evaluation_digest(context_, root.atom);
    if (!key) key = evaluation_digest(context_, root.atom, closure);
    const auto text = context_.cache->facts().get(store::Fact::evaluation, *key);
    auto evaluation = text ? Recalled::parse(*text) : std::nullopt;
    if (evaluation) selection_.evaluations.push_back({*key, *std::move(evaluation)});
  }

  coro::Task<> select_locks() {
    if (request_.locks.empty()) co_return;
    PrefetchRequest request{{}, request_.locks};
    const auto report = co_await prefetch(context_, std::move(request));
    for (const auto& fetched : report.closures) {
      const auto closure = unwrap(fetched);
      selection_.atoms.insert(closure.atoms.begin(), closure.atoms.end());
      for (const auto& direct : closure.sources) selection_.add(direct);
    }
  }

  coro::Task<> add_atoms() {
    std::vector<atom::ObjectId> revs;
    for (const auto& atom : selection_.atoms) revs.push_back(atom.rev);
    const auto commits = co_await context_.cache->objects().commits(std::move(revs));
    std::size_t next = 0;
    for (const auto& atom : selection_.atoms) {
      if (!commits[next++]) {
        leave_out(atom.str(), "it is incomplete");
        continue;
      }
      heads_.push_back(
          {fmt::format("refs/atoms/{}/{}/{}/{}", atom.set.hex(), atom.label.str(), atom.version.str(), atom.rev.hex()),
           atom.rev});
      commits_.push_back(atom.rev);
      ++report_.atoms;
    }
  }

  coro::Task<> add_sources() {
    for (const auto& name : selection_.sources) {
      const auto tree = co_await context_.cache->sources().tree(name);
      const auto commit = co_await coro::offload(context_.pool, [&] { return refs_.find_source(name); });
      if (!tree || !commit) {
        leave_out("source " + name, "it is incomplete");
        continue;
      }
      if (name.starts_with("git-")) {
        // Only this commit proves that the tree belongs to the revision.
        const auto rev = atom::ObjectId::parse(name.substr(4));
        std::optional<store::CommitFacts> facts;
        if (rev) facts = co_await commit_of(*rev);
        if (!facts) continue;
        contents_.add("commits", rev->hex(), facts->text);
      }
      heads_.push_back({"refs/sources/" + name, *commit});
      commits_.push_back(*commit);
      ++report_.sources;
    }
    for (const auto& name : selection_.files) {
      auto content = co_await coro::offload(context_.pool, [&] { return exported_file(places_.sources() / name); });
      if (!content) {
        leave_out("file " + name, "it is larger than 512 MiB, or missing");
        continue;
      }
      contents_.add("files", name, *std::move(content));
      ++report_.sources;
    }
  }

  coro::Task<std::optional<store::CommitFacts>> commit_of(atom::ObjectId rev) {
    const auto facts = co_await context_.cache->objects().commit(rev);
    if (!facts) leave_out("source git-" + rev.hex(), "its commit is not cached");
    co_return facts;
  }

  // Names of exported atoms only, and not those of repositories on this machine.
  void add_names() {
    std::set<atom::ObjectId> revs;
    for (const auto& atom : selection_.atoms) revs.insert(atom.rev);
    auto sets = context_.cache->vouched().all();
    std::erase_if(sets, [](const auto& set) { return set.reached_at.is_local(); });
    for (auto& set : sets) {
      std::erase_if(set.atoms, [&](const auto& atom) { return !revs.contains(atom.rev); });
      report_.versions += set.atoms.size();
    }
    std::erase_if(sets, [](const auto& set) { return set.atoms.empty(); });
    auto text = write_names(sets);
    const auto& signer = context_.settings.shared.signing_key;
    if (signer) contents_.add("", "signature", signer->sign(text));
    contents_.add("", "names", std::move(text));
  }

  coro::Task<> add_evaluations() {
    if (selection_.evaluations.empty()) co_return;
    std::vector<std::string> paths;
    for (const auto& each : selection_.evaluations) paths.push_back(each.evaluation.drv_path);
    const auto valid = co_await context_.evaluator->exist(std::move(paths));
    std::vector<Shareable> present;
    for (std::size_t i = 0; i < valid.size(); ++i) {
      if (valid[i]) present.push_back(std::move(selection_.evaluations[i]));
    }
    auto packed = co_await pack_evaluations(context_, std::move(present));
    if (!packed) co_return;
    const auto& signer = context_.settings.shared.signing_key;
    for (auto& blob : packed->blobs) {
      const auto name = atom::hex(store::RemoteBlob::of(blob).digest);
      contents_.add("objects", name, std::move(blob));
    }
    for (const auto& entry : packed->entries) {
      contents_.add("evaluations", entry.key, entry.text(signer ? &*signer : nullptr));
      ++report_.evaluations;
    }
  }

  void leave_out(const std::string& what, const std::string& why) {
    context_.observer.note(what + " is not exported: " + why);
  }

  Context& context_;
  ExportRequest request_;
  store::Places places_;
  store::Refs refs_;
  ExportSelection selection_;
  ExportContents contents_;
  std::vector<store::BundleRef> heads_;
  std::vector<atom::ObjectId> commits_;
  ExportReport report_;
};

}  // namespace

coro::Task<ExportReport> export_cache(Context& context, ExportRequest request,
                                      const std::function<void(std::string_view)>& write) {
  Export run(context, std::move(request));
  co_return co_await run.finish(write);
}

}  // namespace eka::engine
