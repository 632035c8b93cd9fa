// Delivers from real remotes into the real cache. A new version of an atom is fetched as a delta against versions that
// the same remote delivered earlier, which the request names as haves; a remote does not learn what others delivered.
#pragma once

#include <vector>

#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/fetch/delivery.h"
#include "engine/fetch/mirror_order.h"
#include "git/wire/fetch_options.h"

namespace eka::engine {

class CacheDelivery final : public Delivery {
 public:
  // Both must outlive it.
  CacheDelivery(Context& context, Remotes& remotes) : context_(context), remotes_(remotes), order_(context, remotes) {}

  void check_writable() const override;
  coro::Task<std::vector<Published>> missing(std::vector<Published> atoms) override;
  coro::Task<std::vector<atom::Url>> in_order(std::vector<atom::Url> mirrors) override;
  coro::Task<> deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                       Effort effort) override;

 private:
  coro::Task<> fetch_and_check(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                               Effort effort);
  coro::Task<> transfer(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options);
  coro::Task<> transfer_at_once(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options);
  coro::Task<std::vector<atom::ObjectId>> earlier_versions(atom::Url mirror, std::vector<Published> atoms);
  coro::Task<> check_and_hold(atom::Url mirror, std::vector<Published> atoms);
  void tell(Effort effort, const std::string& what);

  Context& context_;
  Remotes& remotes_;
  MirrorOrder order_;
};

}  // namespace eka::engine
