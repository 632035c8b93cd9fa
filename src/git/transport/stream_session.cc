#include "git/transport/stream_session.h"

#include <utility>

namespace eka::git {

class StreamSession::Heard final : public Answer {
 public:
  Heard(ChannelPool::Lease lease, std::uint64_t limit, net::Traffic& traffic)
      : lease_(std::move(lease)), limit_(limit), traffic_(traffic) {
    lease_->talk().next_message();
  }

  coro::Task<std::string_view> read() override {
    if (!lease_) co_return std::string_view();
    if (lease_->talk().at_end()) {
      lease_->give_back();
      lease_.reset();
      co_return std::string_view();
    }
    std::string_view bytes;
    try {
      bytes = co_await lease_->talk().hear(&traffic_);
    } catch (const Error& error) {
      if (error.is_retryable()) lease_->overloaded();
      throw;
    }
    heard_ += bytes.size();
    if (limit_ != 0 && heard_ > limit_) {
      throw Error(Kind::remote, "the answer is longer than " + std::to_string(limit_) + " bytes");
    }
    co_return bytes;
  }

 private:
  std::optional<ChannelPool::Lease> lease_;
  std::uint64_t limit_;
  std::uint64_t heard_ = 0;
  net::Traffic& traffic_;
};

coro::Task<Capabilities> StreamSession::capabilities(Certainty certainty) {
  if (capabilities_) co_return *capabilities_;
  if (handshakes_.is_old(url_.origin())) throw NotProtocolV2();
  capabilities_ = handshakes_.known(url_.origin());
  if (capabilities_) co_return *capabilities_;
  // The first command is said at once, and the greeting heard before its answer (decision 0036).
  if (certainty == Certainty::presumed) co_return Capabilities::presumed();
  ChannelPool::Lease lease = co_await channels_.borrow(url_, true);
  capabilities_ = co_await greeting(&lease);
  lease.give_back();
  co_return *capabilities_;
}

// What a new channel says first.
coro::Task<Capabilities> StreamSession::greeting(ChannelPool::Lease* lease) {
  ++traffic().handshakes;
  AdvertisementParser parser;
  try {
    while (!parser.is_old_protocol()) {
      const std::string_view bytes = co_await lease->talk().hear(&traffic());
      if (bytes.empty()) break;
      unwrap(parser.feed(bytes));
    }
  } catch (const Error& error) {
    if (error.is_retryable()) lease->overloaded();
    throw;
  }
  if (parser.is_old_protocol()) {
    capabilities_.reset();
    handshakes_.speaks_no_v2(url_.origin());
    throw NotProtocolV2();
  }
  lease->talk().greeted();
  Capabilities found = unwrap(parser.finish());
  unwrap(found.usable());
  handshakes_.learned(url_.origin(), found);
  co_return found;
}

coro::Task<std::unique_ptr<Answer>> StreamSession::exchange(Command command) {
  ChannelPool::Lease lease = co_await channels_.borrow(url_, false);
  ++traffic().requests;
  co_await send(&lease, &command);
  if (lease.is_new()) {
    const Capabilities found = co_await greeting(&lease);
    was_wrong_ = capabilities_ && found.text() != capabilities_->text();
    capabilities_ = found;
  }
  std::unique_ptr<Answer> answer = std::make_unique<Heard>(std::move(lease), command.answer_limit, traffic());
  co_return answer;
}

coro::Task<> StreamSession::send(ChannelPool::Lease* lease, const Command* command) {
  try {
    co_await lease->talk().say(command->body, &traffic());
  } catch (const Error& error) {
    if (error.is_retryable()) lease->overloaded();
    throw;
  }
}

class StreamSession::V0Talk final : public V0Conversation {
 public:
  V0Talk(ChannelPool::Lease lease, net::Traffic& traffic) : lease_(std::move(lease)), traffic_(traffic) {}

  coro::Task<std::string_view> read() override {
    try {
      if (!asked_) co_return co_await lease_.talk().hear(&traffic_);
      co_return co_await lease_.talk().hear_to_the_end(&traffic_);
    } catch (const Error& error) {
      if (error.is_retryable()) lease_.overloaded();
      throw;
    }
  }
  coro::Task<> ask(Command request) override {
    asked_ = true;
    ++traffic_.requests;
    co_await lease_.talk().say(request.body, &traffic_);
    lease_.talk().next_message();
    lease_.talk().greeted();
  }

 private:
  ChannelPool::Lease lease_;
  net::Traffic& traffic_;
  bool asked_ = false;
};

coro::Task<std::unique_ptr<V0Conversation>> StreamSession::converse_in_v0() {
  ++traffic().handshakes;
  ChannelPool::Lease lease = co_await channels_.borrow(url_, true);
  std::unique_ptr<V0Conversation> conversation = std::make_unique<V0Talk>(std::move(lease), traffic());
  co_return conversation;
}

bool StreamSession::start_afresh(const Error&, unsigned begun_in) {
  if (begun_in != generation_) return true;
  if (!was_wrong_) return false;
  was_wrong_ = false;
  ++generation_;
  return true;
}

namespace {

class StreamTransport final : public Transport {
 public:
  StreamTransport(const TransportContext& context, std::unique_ptr<Dialer> dialer, const ChannelPool::Bounds& bounds,
                  std::vector<std::string> described)
      : handshakes_(context.handshakes),
        dialer_(std::move(dialer)),
        channels_(*dialer_, {.connect = context.patience.connect, .stall = context.patience.stall}, bounds),
        described_(std::move(described)) {}

  std::unique_ptr<Session> open(const atom::Url& url) override {
    return std::make_unique<StreamSession>(channels_, handshakes_, url);
  }
  std::vector<std::string> described(const atom::Url& /*url*/) const override { return described_; }

 private:
  Handshakes& handshakes_;
  std::unique_ptr<Dialer> dialer_;
  ChannelPool channels_;
  std::vector<std::string> described_;
};

}  // namespace

std::unique_ptr<Transport> stream_transport(const TransportContext& context, std::unique_ptr<Dialer> dialer,
                                            const ChannelPool::Bounds& bounds, std::vector<std::string> described) {
  return std::make_unique<StreamTransport>(context, std::move(dialer), bounds, std::move(described));
}

}  // namespace eka::git
