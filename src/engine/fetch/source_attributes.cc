#include "engine/fetch/source_attributes.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/take_until.h"
#include "engine/fetch/fetch_evidence.h"
#include "git/object/source_repository.h"
#include "store/source/source_name.h"

namespace eka::engine {
namespace {

constexpr const char* attributes_file = ".gitattributes";

coro::Task<> fetch_one(Context* context, git::Remote* remote, store::Evidence* evidence, atom::ObjectId want) {
  git::FetchOptions options;
  options.depth = 1;
  options.filter = git::Filter::trees;
  options.filter_required = true;
  options.hasty = true;
  std::vector<atom::ObjectId> wants{want};
  co_await fetch_evidence(*context, *remote, *evidence, std::move(wants), std::move(options));
}

// The commit, its root tree and the file, one after another.
coro::Task<std::optional<std::string>> read_attributes(Context* context, git::Remote* remote, atom::ObjectId rev) {
  const auto evidence = co_await context->cache->objects().begin_evidence();
  const auto open = [&] { return git::SourceRepository::at(evidence->directory()); };
  co_await fetch_one(context, remote, evidence.get(), rev);
  const auto [tree, has_tree] = co_await coro::offload(context->pool, [&] {
    const auto repository = open();
    const auto id = repository.tree_of(rev);
    return std::pair(id, repository.has(id));
  });
  if (!has_tree) co_await fetch_one(context, remote, evidence.get(), tree);
  const auto [file, has_file] = co_await coro::offload(context->pool, [&] {
    const auto repository = open();
    const auto entry = repository.entry_of_tree(tree, attributes_file);
    return std::pair(entry, entry && !entry->is_tree && repository.has(entry->id));
  });
  if (!file || file->is_tree) co_return std::nullopt;
  if (!has_file) co_await fetch_one(context, remote, evidence.get(), file->id);
  co_return co_await coro::offload(context->pool, [&] { return open().file_of_tree(tree, attributes_file); });
}

}  // namespace

std::string archive_attributes_in(std::string_view text) {
  bool ignores = false;
  bool substitutes = false;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    bool pattern = true;
    for (std::size_t at = 0; (at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos;) {
      const auto stop = std::min(line.find_first_of(" \t\r", at), line.size());
      const auto word = line.substr(at, stop - at);
      at = stop;
      if (pattern && word.starts_with('#')) break;
      ignores = ignores || (!pattern && word == "export-ignore");
      substitutes = substitutes || (!pattern && word == "export-subst");
      pattern = false;
    }
  }
  return std::string(ignores ? "export-ignore" : "") + (ignores && substitutes ? " and " : "") +
         (substitutes ? "export-subst" : "");
}

coro::Task<std::optional<std::string>> archive_attributes(Context& context, Remotes& remotes, atom::Url url,
                                                          atom::ObjectId rev) {
  std::optional<std::string> text;
  try {
    if (const auto tree = co_await context.cache->sources().tree(store::source_name(rev))) {
      text = co_await context.cache->objects().file(*tree, attributes_file);
    } else {
      text = co_await read_attributes(&context, &remotes.at(url), rev);
    }
  } catch (const Error& error) {
    context.observer.detail(fmt::format("the attributes of {} cannot be read: {}", url.str(), error.message()));
  }
  const auto found = text ? archive_attributes_in(*text) : "";
  if (found.empty()) co_return std::nullopt;
  co_return fmt::format(
      "{} sets {} in .gitattributes: eka uses the files of the commit as they are, builtins.fetchGit "
      "applies these attributes",
      url.str(), found);
}

}  // namespace eka::engine
