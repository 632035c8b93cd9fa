#include "store/pack/evidence.h"

#include "store/object/repository.h"
#include "store/pack/intake.h"

namespace eka::store {

Evidence::Evidence(const std::filesystem::path& incoming, coro::Pool& pool)
    : quarantine_(Quarantine::make(incoming, pool)), directory_(quarantine_.path() / "git"), pool_(pool) {
  make_bare_repository(directory_);
}

coro::Task<std::unique_ptr<Intake>> Evidence::begin_intake() {
  const auto nobody_is_told = [](const std::vector<atom::ObjectId>&) {};
  const Accepted admitted = nobody_is_told;
  const PackPlaces places{quarantine_.path(), directory_ / "objects" / "pack"};
  co_return make_intake(places, pool_, admitted, {}, Demand::wants);
}

}  // namespace eka::store
