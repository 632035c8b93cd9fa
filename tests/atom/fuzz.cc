#include "tests/atom/fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "base/text.h"

namespace eka::fuzz {
namespace {

constexpr std::size_t default_rounds = 3000;
constexpr std::size_t size_limit = 8192;

std::vector<std::string> read_corpus(const std::string& name) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(EKA_CORPUS) + "/" + name)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string next() {
    std::string text = any(corpus_);
    for (std::size_t n = 1 + below(4); n > 0; --n) mutate(text);
    text.resize(std::min(text.size(), size_limit));
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  const std::string& any(const std::vector<std::string>& texts) { return texts[below(texts.size())]; }
  std::string piece(const std::string& text) { return text.substr(below(text.size() + 1), 1 + below(40)); }

  void mutate(std::string& text) {
    using namespace std::string_view_literals;
    static constexpr auto interesting =
        "\0\n\r\t\"'\\#=[]{}.,:/@%*^~<>-+ _\x7f\x80\xff\xce\xbb"
        "019azAZ"sv;
    const std::size_t at = below(text.size() + 1);
    const char c = interesting[below(interesting.size())];
    switch (below(6)) {
      case 0:
        text.insert(at, 1, c);
        break;
      case 1:
        text.erase(at, 1 + below(12));
        break;
      case 2:
        text.insert(at, piece(any(corpus_)));
        break;  // crossover with another
      case 3:
        text.insert(at, piece(text));
        break;  // duplication
      case 4:
        text.replace(at, std::min<std::size_t>(text.size() - at, 1), 1, c);
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_{20240229};
};

void run_one(Body body, const std::string& text) {
  try {
    body(text);
  } catch (const std::exception& error) {
    throw std::logic_error(std::string(error.what()) + ", on: " + printable(text, size_limit));
  }
}

}  // namespace

void run(Body body, const std::string& corpus) {
  const std::vector<std::string> texts = read_corpus(corpus);
  if (texts.empty()) throw std::logic_error("the corpus is empty");
  for (const std::string& text : texts) run_one(body, text);
  const char* asked = std::getenv("EKA_FUZZ_ROUNDS");
  const std::size_t rounds = asked == nullptr ? default_rounds : std::strtoull(asked, nullptr, 10);
  Mutator mutator(texts);
  for (std::size_t i = 0; i < rounds; ++i) run_one(body, mutator.next());
}

}  // namespace eka::fuzz
