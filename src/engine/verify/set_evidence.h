// A remote's evidence for the atoms it published: its refs, the commits, the trees, and a few small files.
//
// Fetched into a separate directory (store/pack/evidence.h), never into the cache, in four requests for any number of
// atoms:
//
//   refs      which commit, origin and manifest the remote names
//   commits   the atom commits and the whole history of their origins, without trees
//   trees     of the origins and of the atoms, without blobs
//   blobs     ekala.toml of the origins, atom.toml and atom.lock of the atoms
//
// A server that cannot filter sends everything with the commits; then nothing is left for the later requests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/names/label.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"
#include "engine/verify/judge.h"
#include "store/pack/evidence.h"

namespace eka::engine {

struct Examined {
  Published atom;
  Verdict verdict;
  std::optional<atom::Lock> lock;
};

class SetEvidence {
 public:
  // `context` and `remotes` must outlive it. Used by one task at a time.
  SetEvidence(Context& context, Remotes& remotes, atom::Url url)
      : context_(context), remotes_(remotes), url_(std::move(url)) {}

  const atom::Url& url() const { return url_; }

  // The remote's offer for these labels; for those with a version, of that version alone. One request. Throws
  // Kind::remote (also if it is not a set), Kind::offline.
  struct Question {
    atom::Label label;
    std::optional<atom::Version> version;
  };
  coro::Task<SetOffer> ask(std::vector<Question> questions);

  // Call ask() first. One verdict for each, in order. An object that the remote does not deliver is a difference of the
  // atom that needs it; throws if the remote can no longer be reached.
  coro::Task<std::vector<Examined>> examine(std::vector<Published> atoms);

 private:
  using Wants = std::vector<atom::ObjectId>;
  AtomRefs refs_of(const Published& atom) const;
  coro::Task<> fetch(Wants wants, git::Filter filter);
  git::SourceRepository open() const { return git::SourceRepository::at(evidence_->directory()); }

  Context& context_;
  Remotes& remotes_;
  atom::Url url_;
  std::map<std::string, atom::ObjectId> refs_;
  std::unique_ptr<store::Evidence> evidence_;
};

}  // namespace eka::engine
