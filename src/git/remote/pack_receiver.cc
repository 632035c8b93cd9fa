#include "git/remote/pack_receiver.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"

namespace eka::git {
namespace {

// Splits the progress output of a server into lines, which end with "\n" or, if they overwrite one another, "\r", and
// makes them safe for a terminal.
class ProgressLines {
 public:
  explicit ProgressLines(const std::function<void(std::string_view)>& tell) : tell_(tell) {}

  void feed(std::string_view bytes) {
    if (!tell_) return;
    for (const char c : bytes) {
      if (c != '\n' && c != '\r') {
        if (line_.size() < longest) line_ += c;
      } else if (!line_.empty()) {
        tell_(printable(line_, longest));
        line_.clear();
      }
    }
  }

 private:
  static constexpr std::size_t longest = 400;
  const std::function<void(std::string_view)>& tell_;
  std::string line_;
};

Error only_kept_alive(std::chrono::seconds limit) {
  return Error(Kind::remote,
               "the remote sent only keep-alive packets and no pack data for " + std::to_string(limit.count()) + " s")
      .with_hint("try again later; the timeout is ten times net.stall")
      .retryable();
}

}  // namespace

FetchJob::FetchJob(std::vector<atom::ObjectId> wanted, net::ByteSink& into, FetchOptions how)
    : wants(std::move(wanted)), sink(into), options(std::move(how)) {
  std::ranges::sort(wants);
  const auto twice = std::ranges::unique(wants);
  wants.erase(twice.begin(), twice.end());
}

coro::Task<> receive_pack(Answer* answer, FetchParser* parser, FetchJob* job) {
  ProgressLines progress(job->options.progress);
  auto heard = job->clock->now();  // last pack data
  while (true) {
    const std::string_view bytes = co_await answer->read();
    if (bytes.empty()) break;
    if (job->clock->now() - heard > job->longest_silence) throw only_kept_alive(job->longest_silence);
    parser->feed(bytes);
    while (const auto event = unwrap(parser->next())) {
      if (event->type == FetchParser::Event::Type::progress) {
        progress.feed(event->bytes);
      } else {
        job->delivered = true;
        heard = job->clock->now();
        const auto pack = std::as_bytes(std::span(event->bytes));
        co_await job->sink.write(pack);
      }
    }
  }
  unwrap(parser->finish());
}

}  // namespace eka::git
