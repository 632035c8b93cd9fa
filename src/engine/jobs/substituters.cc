#include "engine/jobs/substituters.h"

#include <set>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "eval/store/nix_conf.h"
#include "git/object/working_file.h"
#include "net/download/file_sink.h"
#include "net/policy/http_error.h"

namespace eka::engine {
namespace {

constexpr const char* default_substituter = "https://cache.nixos.org/";
constexpr std::size_t largest_narinfo = 1 << 20;

// "<hash>.narinfo"
std::string narinfo_file(const std::string& store_path) {
  constexpr std::size_t hash_at = std::string_view("/nix/store/").size();
  constexpr std::size_t hash_size = 32;
  return store_path.substr(hash_at, hash_size) + ".narinfo";
}

class TextSink final : public net::FileSink {
 public:
  coro::Task<> write(std::span<const std::byte> bytes) override {
    if (text_.size() + bytes.size() > largest_narinfo) throw Error(Kind::remote, "the narinfo file is too large");
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    co_return;
  }
  std::uint64_t size() const override { return text_.size(); }
  coro::Task<> restart() override {
    text_.clear();
    co_return;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string setting_of_user() {
  const auto conf = eval::NixConf::of_user();
  if (conf.setting("substitute") == "false") return {};
  std::string out = conf.setting("substituters");
  if (!conf.has("substituters")) out = default_substituter;
  return out + " " + conf.setting("extra-substituters");
}

// Like Nix, for caches that respond in this way to whoever may not list them.
bool means_absent(long status) {
  return status == 404 || status == 410 || status == 401 || status == 403;
}

}  // namespace

std::vector<atom::Url> substituters_in(const std::string& setting, const std::function<void(std::string)>& skipped) {
  std::vector<atom::Url> out;
  std::set<atom::Url> seen;
  std::istringstream words(setting);
  for (std::string word; words >> word;) {
    std::string place = word.substr(0, word.find('?'));
    while (place.size() > 1 && place.ends_with('/')) place.pop_back();
    const bool is_supported = place.starts_with("http://") || place.starts_with("https://") ||
                              place.starts_with("file:///") || place.starts_with('/');
    const auto url = atom::Url::parse(place);
    if (!is_supported || !url) {
      skipped(word);
    } else if (seen.insert(*url).second) {
      out.push_back(*url);
    }
  }
  return out;
}

atom::Url narinfo_url(const atom::Url& cache, const std::string& store_path) {
  std::string place = cache.with_secret();
  while (place.ends_with('/')) place.pop_back();
  return unwrap(atom::Url::parse(place + "/" + narinfo_file(store_path)));
}

coro::Task<> Substituters::configure() {
  if (std::exchange(configured_, true)) co_return;
  const auto setting = co_await coro::offload(context_.pool, setting_of_user);
  const auto skipped = [this](const std::string& which) {
    context_.observer.note("the substituter " + atom::redacted(which) +
                           " is not asked: only those with http, https and file are");
  };
  for (auto& url : substituters_in(setting, skipped)) {
    if (context_.settings.offline && !url.is_local()) continue;
    caches_.emplace_back(std::move(url));
  }
}

coro::Task<std::vector<std::optional<Narinfo>>> Substituters::find(std::vector<std::string> store_paths) {
  co_await configure();
  std::vector<coro::Task<>> tasks;
  for (const auto& path : store_paths) {
    const auto [entry, is_new] = known_.try_emplace(path);
    if (is_new) tasks.push_back(look_for(path, &entry->second));
  }
  co_await coro::all(std::move(tasks));
  std::vector<std::optional<Narinfo>> out;
  for (const auto& path : store_paths) out.push_back(known_.at(path));
  co_return out;
}

coro::Task<> Substituters::look_for(std::string store_path, std::optional<Narinfo>* found) {
  for (auto& cache : caches_) {
    if (cache.has_failed) continue;
    std::optional<Error> failure;
    try {
      *found = co_await ask(&cache, store_path);
    } catch (const Error& error) {
      failure = error;
    }
    if (*found) co_return;
    if (!failure || std::exchange(cache.has_failed, true)) continue;
    context_.observer.note("the substituter " + cache.url.str() +
                           " failed, and is not asked again: " + failure->message());
  }
}

coro::Task<std::optional<Narinfo>> Substituters::ask(Cache* cache, std::string store_path) {
  if (cache->url.is_local()) {
    const auto text = co_await coro::offload(context_.pool, [&] {
      return git::read_named_file(cache->url.path() + "/" + narinfo_file(store_path), largest_narinfo);
    });
    if (!text) co_return std::nullopt;
    co_return unwrap(Narinfo::parse(*text, store_path));
  }
  auto url = narinfo_url(cache->url, store_path);
  TextSink sink;
  try {
    co_await context_.connector->download(std::move(url), sink, cache->traffic);
  } catch (const net::HttpError& error) {
    if (!means_absent(error.status())) throw;
    co_return std::nullopt;
  }
  co_return unwrap(Narinfo::parse(sink.text(), store_path));
}

}  // namespace eka::engine
