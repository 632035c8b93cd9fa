#include "engine/share/closures.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "store/bundle/bundle_reader.h"
#include "store/bundle/bundle_writer.h"
#include "store/disk/disk.h"
#include "store/disk/places.h"
#include "store/remote/remote_cache.h"

namespace eka::engine {
namespace {

constexpr std::string_view closure_title = "eka closure 1\n";

atom::Sha256::Value place_of_closure(const atom::ObjectId& root) {
  return atom::Sha256().update(closure_title).update(root.hex()).finish();
}

// Nothing if the bundle would be larger than a blob may be.
std::optional<std::string> bundle_of(const store::Places& places, const std::vector<atom::ObjectId>& revs,
                                     coro::Stop stop) {
  std::vector<store::BundleRef> refs;
  for (const auto& rev : revs) refs.push_back({"refs/closure/" + rev.hex(), rev});
  store::BundleWriter writer(places.objects(), revs, {}, refs, stop);
  std::string out;
  while (true) {
    const auto chunk = writer.next_chunk(stop);
    if (chunk.empty()) return out;
    out += chunk;
    if (out.size() > store::RemoteCache::largest_blob) return std::nullopt;
  }
}

coro::Task<> take_in(Context* context, std::string bundle) {
  store::BundleReader reader(context->cache->objects());
  const auto bytes = std::as_bytes(std::span(bundle));
  co_await reader.write(bytes);
  co_await reader.finish();
}

}  // namespace

coro::Task<bool> pull_closure(Context& context, atom::ObjectId root, std::vector<atom::ObjectId> revs) {
  if (!context.shared || revs.empty()) co_return false;
  const auto commits = co_await context.cache->objects().commits(std::move(revs));
  const auto is_missing = [](const auto& commit) { return !commit; };
  if (std::ranges::none_of(commits, is_missing)) co_return false;
  const auto result = co_await context.shared->result(place_of_closure(root));
  if (!result || result->text != closure_title || result->blobs.size() != 1) co_return true;
  auto bundle = co_await context.shared->blob(result->blobs.front());
  if (!bundle) co_return true;
  try {
    co_await take_in(&context, *std::move(bundle));
  } catch (const Error& error) {
    context.shared->tell_failure("a closure in it is damaged: " + error.message());
  }
  co_return false;
}

coro::Task<> push_closure(Context& context, atom::ObjectId root, std::vector<atom::ObjectId> revs) {
  if (!context.shared || !context.settings.shared.push) co_return;
  const store::Places places(context.cache->root());
  std::ranges::sort(revs);
  auto bundle = co_await coro::offload(context.pool, [&](coro::Stop stop) { return bundle_of(places, revs, stop); });
  if (!bundle) co_return;
  store::ActionResult result{std::string(closure_title), {store::RemoteBlob::of(*bundle)}};
  const bool stored = co_await context.shared->put_blob(*std::move(bundle));
  if (stored) co_await context.shared->put_result(place_of_closure(root), std::move(result));
}

coro::Task<> pull_file(Context& context, atom::NarHash hash) {
  if (!context.shared) co_return;
  const auto content = co_await context.shared->file(hash.bytes());
  if (!content) co_return;
  const auto incoming = co_await context.cache->sources().begin_file();
  const auto bytes = std::as_bytes(std::span(*content));
  co_await incoming->write(bytes);
  co_await incoming->keep();
}

coro::Task<> push_file(Context& context, atom::NarHash hash) {
  if (!context.shared || !context.settings.shared.push) co_return;
  const auto place = co_await context.cache->sources().file(hash);
  if (!place) co_return;
  auto content = co_await coro::offload(
      context.pool, [&] { return store::read_file(*place, std::size_t{store::RemoteCache::largest_blob}); });
  if (content) co_await context.shared->put_blob(*std::move(content));
}

}  // namespace eka::engine
