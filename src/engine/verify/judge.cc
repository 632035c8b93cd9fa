#include "engine/verify/judge.h"

#include <algorithm>
#include <ranges>
#include <string_view>

#include <fmt/format.h>

#include "atom/manifest/manifest.h"
#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {
namespace {

std::string below(const std::string& directory, const std::string& path) {
  if (directory.empty()) return path;
  return path.empty() || path == "." ? directory : directory + "/" + path;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (const auto line : text | std::views::split('\n')) out.emplace_back(line.begin(), line.end());
  return out;
}

// Describes the first line in which a commit differs from the expected one.
std::string first_deviation(const std::string& expected, const std::string& found) {
  const auto must = lines_of(expected);
  const auto is = lines_of(found);
  for (std::size_t i = 0; i < std::min(must.size(), is.size()); ++i) {
    if (must[i] == is[i]) continue;
    return fmt::format("line {} of the commit must be `{}`, but is `{}`", i + 1, must[i], printable(is[i], 200));
  }
  const auto& longer = is.size() > must.size() ? is[must.size()] : must[is.size()];
  return fmt::format("line {} of the commit, `{}`, {}", std::min(must.size(), is.size()) + 1, printable(longer, 200),
                     is.size() > must.size() ? "is unexpected" : "is missing");
}

class Judge {
 public:
  Judge(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs, bool descends)
      : evidence_(evidence), atom_(atom), refs_(refs), descends_(descends) {}

  Verdict finish() {
    out_.origin = refs_.origin;
    check_ref();
    const auto text = evidence_.commit_text(atom_.rev);
    const auto claim = text ? read_claim(*text) : std::nullopt;
    if (!claim) {
      differs("commit", fmt::format("the remote has no commit {}", atom_.rev.hex()));
      return std::move(out_);
    }
    check_origin(*claim);
    check_text(*claim, *text);
    check_tree(*claim);
    check_manifest(*claim);
    return std::move(out_);
  }

 private:
  void differs(std::string what, std::string message) {
    out_.differences.push_back({std::move(what), std::move(message)});
  }

  void check_ref() {
    const auto name = atom::atom_ref(atom_.label, atom_.version);
    if (!refs_.atom) {
      differs("ref", fmt::format("the remote has no ref {}", name));
    } else if (*refs_.atom != atom_.rev) {
      differs("ref", fmt::format("{} is {}, not {}", name, refs_.atom->hex(), atom_.rev.hex()));
    }
  }

  void check_origin(const CommitClaim& claim) {
    if (claim.origin) out_.origin = claim.origin;
    const auto name = atom::origin_ref(atom_.label, atom_.version);
    if (!refs_.origin) {
      differs("origin", fmt::format("the remote has no ref {}", name));
    } else if (claim.origin && *claim.origin != *refs_.origin) {
      differs("origin", fmt::format("{} is {}, but the origin of the commit is {}", name, refs_.origin->hex(),
                                    claim.origin->hex()));
    }
  }

  // Everything in the commit except for its tree and its origin follows from its name.
  void check_text(const CommitClaim& claim, const std::string& text) {
    const atom::AtomCommit must{claim.tree, out_.origin.value_or(atom::ObjectId{}), atom_.label, atom_.version};
    if (must.text() != text) differs("commit", first_deviation(must.text(), text));
  }

  void check_tree(const CommitClaim& claim) {
    if (!out_.origin) return;
    const auto& origin = *out_.origin;
    if (!evidence_.commit_text(origin)) {
      differs("origin", fmt::format("the remote has no origin commit {}", origin.hex()));
      return;
    }
    if (!descends_) {
      differs("history",
              fmt::format("the origin {} does not descend from the genesis {}", origin.hex(), atom_.set.hex()));
    }
    const auto listed = read_listed(evidence_, origin);
    for (const auto& problem : listed.problems) differs("tree", problem);
    if (const auto place = find_tree(evidence_, origin, listed, claim.tree)) {
      out_.directory = *place;
      return;
    }
    const auto labelled = find_label(origin, listed);
    if (!labelled) {
      differs("tree", fmt::format("the tree is {}, which is in no directory listed in the {} of origin {}",  //
                                  claim.tree.hex(), set_file, origin.hex()));
      return;
    }
    out_.directory = *labelled;
    const auto theirs = evidence_.entry(origin, *labelled)->id;
    differs("tree", fmt::format("the tree is {}, but in origin {} it is {} at `{}`", claim.tree.hex(), origin.hex(),
                                theirs.hex(), labelled->empty() ? "." : *labelled));
    const atom::AtomCommit derived{theirs, origin, atom_.label, atom_.version};
    differs("revision", fmt::format("recomputed from its origin, the commit is {}, not {}",
                                    atom::ObjectId::of("commit", derived.text()).hex(), atom_.rev.hex()));
  }

  // The listed directory whose manifest has the atom's label, as far as manifests are available.
  std::optional<std::string> find_label(const atom::ObjectId& origin, const ListedPackages& listed) const {
    for (const auto& directory : listed.directories) {
      const auto path = below(directory, atom_file);
      const auto entry = evidence_.entry(origin, path);
      if (!entry || entry->is_tree || !evidence_.has(entry->id)) continue;
      const auto manifest = atom::Manifest::parse(*evidence_.file(origin, path), path);
      if (manifest && manifest->label == atom_.label) return directory;
    }
    return std::nullopt;
  }

  void check_manifest(const CommitClaim& claim) {
    const auto entry = evidence_.has(claim.tree) ? evidence_.entry_of_tree(claim.tree, atom_file) : std::nullopt;
    if (!entry || entry->is_tree) {
      differs("manifest", fmt::format("the tree {} has no {}", claim.tree.hex(), atom_file));
      return;
    }
    const auto name = atom::manifest_ref(atom_.label, atom_.version);
    if (!refs_.manifest) {
      differs("manifest", fmt::format("the remote has no ref {}", name));
    } else if (*refs_.manifest != entry->id) {
      differs("manifest", fmt::format("{} is {}, but the {} of the atom is {}", name, refs_.manifest->hex(), atom_file,
                                      entry->id.hex()));
    }
    const auto text = evidence_.has(entry->id) ? evidence_.file_of_tree(claim.tree, atom_file) : std::nullopt;
    if (!text) {
      differs("manifest", fmt::format("the remote does not have the {} of the atom", atom_file));
      return;
    }
    const auto manifest = atom::Manifest::parse(*text, fmt::format("{}: {}", atom_.str(), atom_file));
    if (!manifest) {
      differs("manifest", manifest.error().message());
    } else if (manifest->label != atom_.label || manifest->version != atom_.version) {
      differs("manifest", fmt::format("the {} of the atom is for {} {}", atom_file, manifest->label.str(),  //
                                      manifest->version.str()));
    }
  }

  const git::SourceRepository& evidence_;
  const Published& atom_;
  const AtomRefs& refs_;
  bool descends_;
  Verdict out_;
};

}  // namespace

std::optional<CommitClaim> read_claim(const std::string& commit_text) {
  std::optional<CommitClaim> out;
  for (const auto& line : lines_of(commit_text)) {
    if (line.empty()) break;
    if (!out) {
      if (!line.starts_with("tree ")) return std::nullopt;
      const auto tree = atom::ObjectId::parse(line.substr(5));
      if (!tree) return std::nullopt;
      out = CommitClaim{*tree, std::nullopt};
    } else if (line.starts_with("origin ") && !out->origin) {
      if (const auto origin = atom::ObjectId::parse(line.substr(7))) out->origin = *origin;
    }
  }
  return out;
}

ListedPackages read_listed(const git::SourceRepository& evidence, const atom::ObjectId& origin) {
  ListedPackages out;
  const bool at_root = evidence.entry(origin, set_file).has_value();
  const auto sets = at_root ? std::vector<std::string>{""} : evidence.directories_with(origin, set_file);
  if (sets.empty()) out.problems.push_back(fmt::format("the origin {} has no {}", origin.hex(), set_file));
  for (const auto& set : sets) {
    const auto path = below(set, set_file);
    out.set_files.push_back(path);
    const auto entry = evidence.entry(origin, path);
    if (!entry || entry->is_tree || !evidence.has(entry->id)) continue;
    const auto manifest = atom::SetManifest::parse(*evidence.file(origin, path), origin.hex() + ":" + path);
    if (!manifest) {
      out.problems.push_back(manifest.error().message());
      continue;
    }
    for (const auto& package : manifest->packages) out.directories.push_back(below(set, package == "." ? "" : package));
  }
  return out;
}

std::optional<std::string> find_tree(const git::SourceRepository& evidence, const atom::ObjectId& origin,
                                     const ListedPackages& listed, const atom::ObjectId& tree) {
  for (const auto& directory : listed.directories) {
    const auto entry = evidence.entry(origin, directory);
    if (entry && entry->is_tree && entry->id == tree) return directory;
  }
  return std::nullopt;
}

Verdict judge(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs, bool descends) {
  return Judge(evidence, atom, refs, descends).finish();
}

}  // namespace eka::engine
