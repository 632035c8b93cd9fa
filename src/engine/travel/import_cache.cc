#include "engine/travel/import_cache.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/names/atom_commit.h"
#include "base/take_until.h"
#include "base/text.h"
#include "coro/run/own_thread.h"
#include "engine/plan/recall.h"
#include "engine/share/entry.h"
#include "engine/share/evaluations.h"
#include "engine/travel/names.h"
#include "net/download/local_file.h"
#include "store/bundle/bundle_reader.h"
#include "store/object/tree.h"
#include "store/source/source_name.h"

namespace eka::engine {
namespace {

constexpr std::size_t largest_names = std::size_t{64} << 20;
constexpr std::size_t largest_imported = std::size_t{512} << 20;

Error not_imported(const std::string& why) {
  return {Kind::integrity, why};
}

// A pipe may be silent for an unlimited time.
coro::Task<> read_standard_input(net::ByteSink& sink) {
  while (true) {
    const std::function<std::string()> read = [] {
      std::string bytes(std::size_t{256} << 10, '\0');
      const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
      if (got < 0) throw Error(Kind::failure, "cannot read standard input");
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    };
    const auto bytes = co_await coro::on_own_thread(read);
    if (bytes.empty()) co_return;
    const auto piece = std::as_bytes(std::span(bytes));
    co_await sink.write(piece);
  }
}

// "<genesis>/<label>/<version>/<rev>"
Published parse_atom_ref(std::string_view text, const atom::ObjectId& rev) {
  std::array<std::string_view, 4> parts;
  for (auto& part : parts) part = take_until(text, '/');
  auto set = atom::ObjectId::parse(parts[0]);
  auto label = atom::Label::parse(parts[1]);
  auto version = atom::Version::parse(parts[2]);
  if (!set || !label || !version || parts[3] != rev.hex()) throw not_imported("it has an invalid ref");
  return {*set, *std::move(label), *std::move(version), rev};
}

class Import {
 public:
  Import(Context& context, ImportRequest request)
      : context_(context), request_(std::move(request)), reader_(context.cache->objects()) {}

  coro::Task<ImportReport> finish() {
    co_await receive();
    report_.bytes = reader_.size();
    const auto refs = co_await reader_.finish();
    std::map<std::string, atom::ObjectId> sources;
    std::optional<atom::ObjectId> contents;
    for (const auto& [name, id] : refs) {
      if (name.starts_with("refs/atoms/")) {
        atoms_.push_back(parse_atom_ref(std::string_view(name).substr(11), id));
      } else if (name.starts_with("refs/sources/")) {
        sources.emplace(name.substr(13), id);
      } else if (name == "refs/contents") {
        contents = id;
      }
    }
    if (!contents) throw not_imported("it is a git bundle, but not an exported cache");
    const auto facts = co_await commit(*contents);
    contents_ = facts.tree;
    co_await add_atoms();
    for (const auto& [name, id] : sources) co_await add_source(name, id);
    co_await add_files();
    co_await add_names();
    co_await add_evaluations();
    co_return report_;
  }

 private:
  coro::Task<> receive() {
    if (request_.place == "-") {
      co_await read_standard_input(reader_);
      co_return;
    }
    // A file may have a name that looks like a URL.
    std::error_code ignored;
    const bool is_file = std::filesystem::exists(request_.place, ignored);
    const auto url =
        unwrap(atom::Url::parse(is_file ? std::filesystem::absolute(request_.place).string() : request_.place));
    if (url.is_local()) {
      co_await net::read_local_file(context_.pool, url, reader_);
    } else {
      co_await context_.remotes().download(url, reader_);
    }
  }

  coro::Task<store::CommitFacts> commit(atom::ObjectId id) {
    auto facts = co_await context_.cache->objects().commit(id);
    if (!facts) throw not_imported(id.hex() + " is not a complete commit");
    co_return *std::move(facts);
  }

  coro::Task<> add_atoms() {
    std::map<atom::ObjectId, std::vector<store::AtomName>> sets;
    for (const auto& atom : atoms_) {
      const auto facts = co_await commit(atom.rev);
      const auto claim = unwrap(atom::AtomCommit::parse(facts.text));
      if (claim.label != atom.label || claim.version != atom.version) {
        throw not_imported(fmt::format("revision {} is {} {}, not {}", atom.rev.hex(), claim.label.str(),
                                       claim.version.str(), atom.str()));
      }
      sets[atom.set].push_back({atom.label, atom.version, atom.rev});
    }
    // Nobody here knows who delivered them, so no remote is told that they are here.
    for (auto& [set, names] : sets) co_await context_.cache->names().hold_unheld(set, std::move(names));
    report_.atoms = atoms_.size();
  }

  coro::Task<> add_source(std::string name, atom::ObjectId id) {
    const auto facts = co_await commit(id);
    const auto tree = facts.tree;
    if (name.starts_with("nar-")) {
      const auto hash = co_await context_.cache->trees().nar_hash(tree);
      if (store::source_name(hash) != name)
        throw not_imported("the source " + printable(name) + " has another content");
    } else {
      const auto rev = atom::ObjectId::parse(name.substr(std::min<std::size_t>(4, name.size())));
      std::optional<std::string> text;
      if (rev && name == store::source_name(*rev)) text = co_await file("commits/" + rev->hex(), largest_names);
      const bool proves = text && atom::ObjectId::of("commit", *text) == *rev && store::tree_of_commit(*text) == tree;
      if (!proves) throw not_imported("the source " + printable(name) + " is not the tree of its commit");
    }
    co_await context_.cache->sources().name(std::move(name), tree);
    ++report_.sources;
  }

  coro::Task<std::optional<std::string>> file(std::string path, std::size_t limit) {
    co_return co_await context_.cache->objects().file(contents_, std::move(path), limit);
  }

  // The names in a directory of refs/contents.
  coro::Task<std::vector<std::string>> list(std::string directory) {
    co_return co_await context_.cache->objects().names_in(contents_, std::move(directory));
  }

  coro::Task<> add_files() {
    const auto names = co_await list("files");
    for (const auto& name : names) {
      const auto content = co_await file("files/" + name, largest_imported);
      if (!content) throw not_imported("a file is missing");
      const auto incoming = co_await context_.cache->sources().begin_file();
      const auto bytes = std::as_bytes(std::span(*content));
      co_await incoming->write(bytes);
      const auto hash = co_await incoming->keep();  // under the name of what it is
      if (hash.hex() != name) throw not_imported("the file " + printable(name) + " has another content");
      ++report_.sources;
    }
  }

  coro::Task<> add_names() {
    const auto text = co_await file("names", largest_names);
    if (!text) throw not_imported("it is a git bundle, but not an exported cache");
    const auto signature = co_await file("signature", 4096);
    const auto sets = unwrap(read_names(*text));
    std::size_t count = 0;
    for (const auto& set : sets) count += set.atoms.size();
    const bool is_trusted =
        request_.trust || (signature && atom::is_signed(context_.settings.shared.trusted_keys, *text, *signature));
    if (!is_trusted) {
      report_.not_trusted += count;
      co_return;
    }
    for (const auto& set : sets) check(set);
    auto& vouched = context_.cache->vouched();
    for (const auto& set : sets) {
      vouched.remember_genesis(set.reached_at, set.genesis);
      vouched.remember(set.reached_at, set.genesis, set.atoms);
    }
    report_.versions = count;
  }

  // What is known here is not replaced.
  void check(const store::VouchedSet& set) {
    auto& vouched = context_.cache->vouched();
    const auto genesis = vouched.genesis_at(set.reached_at);
    if (genesis && *genesis != set.genesis) {
      throw not_imported(set.reached_at.str() + " has the genesis " + genesis->hex() +
                         " according to this cache, but " + set.genesis.hex() + " according to the file");
    }
    std::vector<atom::Label> labels;
    for (const auto& atom : set.atoms) labels.push_back(atom.label);
    const auto known = vouched.versions(set.reached_at, set.genesis, labels);
    for (std::size_t i = 0; i < set.atoms.size(); ++i) {
      const auto& atom = set.atoms[i];
      const auto same = std::ranges::find(known[i], atom.version, &store::CachedAtom::version);
      if (same == known[i].end() || same->rev == atom.rev) continue;
      throw not_imported(fmt::format("{} {} at {} is revision {} according to this cache, but {} according to the file",
                                     atom.label.str(), atom.version.str(), set.reached_at.str(), same->rev.hex(),
                                     atom.rev.hex()));
    }
  }

  coro::Task<> add_evaluations() {
    const auto names = co_await list("evaluations");
    if (names.empty()) co_return;
    std::vector<std::string> keys;
    std::vector<std::optional<SharedEntry>> entries;
    for (const auto& name : names) {
      const auto text = co_await file("evaluations/" + name, largest_imported);
      bool is_signed = false;
      auto entry = unwrap(SharedEntry::parse(text.value_or(""), context_.settings.shared.trusted_keys, is_signed));
      if (entry.key != name) throw not_imported("an evaluation has another key than its name");
      if (is_signed || request_.trust) {
        keys.push_back(name);
        entries.emplace_back(std::move(entry));
      } else {
        ++report_.not_trusted;
      }
    }
    if (entries.empty()) co_return;
    co_await context_.evaluator->prepare();
    const GetBlob get = [this](store::RemoteBlob blob) { return object(blob); };
    auto opened = co_await open_entries(context_, std::move(entries), get);
    const auto adopted = co_await adopt(context_, std::move(keys), std::move(opened));
    report_.evaluations = static_cast<std::size_t>(
        std::ranges::count_if(adopted, [](const auto& evaluation) { return evaluation.has_value(); }));
  }

  coro::Task<std::optional<std::string>> object(store::RemoteBlob blob) {
    auto content = co_await file("objects/" + atom::hex(blob.digest), largest_imported);
    if (content && store::RemoteBlob::of(*content) != blob) content.reset();
    co_return content;
  }

  Context& context_;
  ImportRequest request_;
  store::BundleReader reader_;
  std::vector<Published> atoms_;
  atom::ObjectId contents_;
  ImportReport report_;
};

}  // namespace

coro::Task<ImportReport> import_cache(Context& context, ImportRequest request) {
  const auto place = request.place == "-" ? "standard input" : atom::without_password(request.place);
  Import run(context, std::move(request));
  try {
    co_return co_await run.finish();
  } catch (Error& error) {
    error.within("importing " + place);
    throw;
  }
}

}  // namespace eka::engine
