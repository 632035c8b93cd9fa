// What remotes say of their sets, in one run: which genesis, and which versions of the labels that were asked for.
//
// Each remote is queried once for each label, in as few ref queries as possible: several labels are
// requested in one call. A failure is kept with its URL and returned to later callers,
// so that an unreachable remote is not queried twice.
#pragma once

#include <map>
#include <set>
#include <string>

#include "atom/names/label.h"
#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// As text to be remembered, and back. Urls with a password are left out.
using Questions = std::map<atom::Url, std::set<atom::Label>>;
std::string write_questions(const Questions& questions);
Questions read_questions(const std::string& text);

class Sets {
 public:
  Sets(Context& context, Remotes& remotes) : context_(context), remotes_(remotes) {}

  // One ref query to each url, all at once, for its genesis and those labels that it was not asked for before. Offline,
  // the cache answers for remotes (it knows no manifests and no origins). Throws Cancelled only.
  coro::Task<> ask(Questions questions);

  bool was_asked(const atom::Url& url, const atom::Label& label) const;
  // Whether it has said which versions of `label` there are.
  bool answered(const atom::Url& url, const atom::Label& label) const;
  // What it has said so far; nullptr: nothing.
  const SetOffer* offer(const atom::Url& url) const;
  // Of the last question. What was said before it still holds.
  const Error* failure(const atom::Url& url) const;

 private:
  struct Knowledge {
    SetOffer offer;
    std::set<atom::Label> asked;
    std::optional<Error> failure;
  };
  coro::Task<> ask_one(atom::Url url, std::set<atom::Label> labels);
  coro::Task<SetOffer> query(atom::Url url, std::set<atom::Label> labels);

  Context& context_;
  Remotes& remotes_;
  std::map<atom::Url, Knowledge> known_;
};

}  // namespace eka::engine
