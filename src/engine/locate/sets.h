// Answers of remotes about their sets in one run: the genesis, and the versions of the requested labels.
//
// Each remote is queried once per label; all questions of one call go into one ref query per remote. A failure is
// stored with its URL and returned to all callers, and a failed remote is not queried again. What a remote answered
// when the atoms of the command line were located is known here as well.
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

// Serialized for the cache. URLs with a password are omitted.
using Questions = std::map<atom::Url, std::set<atom::Label>>;
std::string write_questions(const Questions& questions);
Questions read_questions(const std::string& text);

class Sets {
 public:
  Sets(Context& context, Remotes& remotes) : context_(context), remotes_(remotes) {}

  // Sends one ref query to each URL, in parallel, for its genesis and the labels that it was not asked for before.
  // Offline, the cache is used for remotes (it has no manifests and no origins). Throws Cancelled only.
  coro::Task<> ask(Questions questions);

  // What the remote has just answered to somebody else who asked for everything about these labels: it is not asked
  // for them again. Which versions it lists is remembered (store/fact/listings.h), as for ask().
  void learn(const atom::Url& url, std::set<atom::Label> labels, SetOffer offer);

  bool was_asked(const atom::Url& url, const atom::Label& label) const;
  // Whether the remote has reported the versions of `label`.
  bool answered(const atom::Url& url, const atom::Label& label) const;
  // The remote's answers so far; nullptr if there are none.
  const SetOffer* offer(const atom::Url& url) const;
  // Of the last query. Earlier answers remain valid.
  const Error* failure(const atom::Url& url) const;

 private:
  struct Knowledge {
    SetOffer offer;
    std::set<atom::Label> asked;
    std::optional<Error> failure;
  };
  coro::Task<> ask_one(atom::Url url, std::set<atom::Label> labels);
  void remember_listed(const atom::Url& url, const std::set<atom::Label>& labels, const SetOffer& fresh);
  void add(const atom::Url& url, std::set<atom::Label> labels, SetOffer fresh);

  Context& context_;
  Remotes& remotes_;
  std::map<atom::Url, Knowledge> known_;
};

}  // namespace eka::engine
