#include "git/remote/v0_exchange.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "git/wire/v0_refs.h"
#include "git/wire/wants.h"

namespace eka::git {
namespace {

coro::Task<> read_refs(Answer* answer, V0RefsParser* parser) {
  while (true) {
    const std::string_view bytes = co_await answer->read();
    if (bytes.empty()) co_return;
    unwrap(parser->feed(bytes));
  }
}

// Whether the server allows fetching objects that its refs do not point to.
bool gives_by_id(const Capabilities& features) {
  return features.has("allow-reachable-sha1-in-want") || features.has("allow-any-sha1-in-want");
}

// Conversations with longer lists are not kept: the lists would use too much memory.
constexpr std::size_t most_kept_refs = 20'000;

}  // namespace

coro::Task<std::vector<Ref>> v0_ls_refs(Session* session, const std::vector<std::string>* prefixes) {
  const std::unique_ptr<V0Conversation> conversation =
      co_await session->converse_in_v0(Session::Purpose::list, net::Patience::waits);
  std::size_t kept = 0;
  V0RefsParser parser(
      [&kept, prefixes](const Ref& ref) { return kept++ <= most_kept_refs || matches_any(ref.name, *prefixes); });
  co_await read_refs(conversation.get(), &parser);
  V0Listing listing;
  listing.features = parser.features();
  listing.refs = unwrap(std::move(parser).finish());
  std::vector<Ref> out;
  std::ranges::copy_if(listing.refs, std::back_inserter(out),
                       [prefixes](const Ref& ref) { return matches_any(ref.name, *prefixes); });
  if (kept <= most_kept_refs) conversation->keep(std::move(listing));
  co_return out;
}

coro::Task<> v0_fetch(Session* session, FetchJob* job) {
  const net::Patience patience = job->patience();
  const std::unique_ptr<V0Conversation> conversation =
      co_await session->converse_in_v0(Session::Purpose::fetch, patience);
  V0Listing listing;
  if (const V0Listing* const known = conversation->listing()) {
    listing.features = known->features;
    std::ranges::copy_if(known->refs, std::back_inserter(listing.refs),
                         [job](const Ref& ref) { return matters_to_wants(ref, job->wants, job->options.known_refs); });
  } else {
    V0RefsParser parser([job](const Ref& ref) { return matters_to_wants(ref, job->wants, job->options.known_refs); });
    co_await read_refs(conversation.get(), &parser);
    listing.features = parser.features();
    listing.refs = unwrap(std::move(parser).finish());
  }
  Wants wants;
  wants.ids = job->wants;
  if (!gives_by_id(listing.features)) {
    auto found = wants_among(listing.refs, job->wants, job->options.known_refs);
    if (!found) throw ObjectsRefused(found.error());
    wants = *std::move(found);
  }
  if (wants.whole_history) job->options.depth = 0;
  Command request;
  auto body = v0_fetch_request(listing.features, wants.ids, job->options);
  if (!body) throw CapabilityMissing(body.error());
  request.body = *std::move(body);
  request.patience = patience;
  co_await conversation->ask(std::move(request));
  FetchParser parser = FetchParser::v0(job->options.depth != 0);
  try {
    co_await receive_pack(conversation.get(), &parser, job);
  } catch (const Error& error) {
    if (!parser.refused_want()) throw;
    throw ObjectsRefused(error);
  }
}

}  // namespace eka::git
