#include "git/transport/channel_pool.h"

#include <algorithm>

namespace eka::git {

coro::Task<ChannelPool::Lease> ChannelPool::borrow(atom::Url url, Want want) {
  // Waits for the host first: a caller waiting for its host must not hold a turn that others could use.
  net::HostGate::Pass pass = co_await gate_.enter(url.origin());
  coro::Limiter::Permit permit = co_await turns_.acquire();
  Lease lease(this, url, std::move(permit), std::move(pass));
  if (want != Want::new_one) lease.conversation_ = take_waiting(url, want);
  if (lease.conversation_) co_return lease;
  lease.new_ = true;
  try {
    auto channel = co_await dialer_.dial(url);
    lease.conversation_ = std::make_unique<Conversation>(std::move(channel), limits_);
  } catch (const Error& error) {
    if (error.is_retryable()) lease.overloaded();
    throw;
  }
  co_return lease;
}

std::unique_ptr<Conversation> ChannelPool::take_waiting(const atom::Url& url, Want want) {
  // The one used last: the server will close it last.
  const auto fits = [&](const Waiting& each) {
    return each.url == url && each.conversation->listing.has_value() == (want == Want::listed);
  };
  auto found = waiting_.end();
  for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
    if (fits(*each)) found = each;
  }
  if (found == waiting_.end()) return nullptr;
  auto conversation = std::move(found->conversation);
  waiting_.erase(found);
  return conversation;
}

void ChannelPool::keep(const atom::Url& url, std::unique_ptr<Conversation> conversation) {
  waiting_.push_back({url, std::move(conversation)});
  if (waiting_.size() > bounds_.waiting) waiting_.pop_front();
}

void ChannelPool::hang_up(const std::string& origin) {
  std::erase_if(waiting_, [&origin](const Waiting& each) { return each.url.origin() == origin; });
}

void ChannelPool::Lease::give_back(bool keep) {
  pass_->went_well();
  if (keep) pool_->keep(url_, std::move(conversation_));
  conversation_.reset();
  pass_.reset();
  permit_.release();
}

void ChannelPool::Lease::overloaded() {
  pass_->overloaded();
  pool_->hang_up(url_.origin());
}

}  // namespace eka::git
