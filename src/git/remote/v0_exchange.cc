#include "git/remote/v0_exchange.h"

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

// Whether the server says that it gives more than what its refs point at.
bool gives_by_id(const Capabilities& features) {
  return features.has("allow-reachable-sha1-in-want") || features.has("allow-any-sha1-in-want");
}

}  // namespace

coro::Task<std::vector<Ref>> v0_ls_refs(Session* session, const std::vector<std::string>* prefixes) {
  const std::unique_ptr<V0Conversation> conversation = co_await session->converse_in_v0();
  V0RefsParser parser([prefixes](const Ref& ref) { return matches_any(ref.name, *prefixes); });
  co_await read_refs(conversation.get(), &parser);
  co_return unwrap(std::move(parser).finish());
}

coro::Task<> v0_fetch(Session* session, FetchJob* job) {
  const std::unique_ptr<V0Conversation> conversation = co_await session->converse_in_v0();
  V0RefsParser listed([job](const Ref& ref) { return matters_to_wants(ref, job->wants, job->options.known_refs); });
  co_await read_refs(conversation.get(), &listed);
  const Capabilities features = listed.features();
  const std::vector<Ref> refs = unwrap(std::move(listed).finish());
  Wants wants;
  wants.ids = job->wants;
  if (!gives_by_id(features)) wants = unwrap(wants_among(refs, job->wants, job->options.known_refs));
  if (wants.whole_history) job->options.depth = 0;
  Command request;
  request.body = unwrap(v0_fetch_request(features, wants.ids, job->options));
  co_await conversation->ask(std::move(request));
  FetchParser parser = FetchParser::v0(job->options.depth != 0);
  co_await receive_pack(conversation.get(), &parser, job);
}

}  // namespace eka::git
