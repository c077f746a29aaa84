// The kept corpora, and what a little damage makes of them, through every target.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fuzz/fuzz_target.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

// Each target is given this long, whatever the size of its corpus.
constexpr std::chrono::milliseconds kDamageTime{1500};

std::vector<std::string> ReadCorpus(const std::string& target) {
  std::vector<std::string> corpus;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(BRAINALIGN_FUZZ_CORPUS) / target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

std::string Damage(std::string bytes, const std::string& other, std::mt19937_64& random) {
  const auto below = [&](std::size_t end) { return end == 0 ? 0 : random() % end; };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(bytes.size() + 1);
    switch (below(5)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        bytes.erase(at, below(8));
        break;
      case 3:
        bytes.insert(at, other.substr(below(other.size() + 1), below(32)));
        break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
    }
  }
  return bytes;
}

class FuzzTest : public testing::TestWithParam<FuzzTarget> {};

TEST_P(FuzzTest, WithstandsItsCorpusAndDamageToIt) {
  const std::vector<std::string> corpus = ReadCorpus(GetParam().name);
  ASSERT_FALSE(corpus.empty());
  for (const std::string& bytes : corpus) GetParam().run(bytes);
  GetParam().run("");
  const std::uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  RecordProperty("seed", std::to_string(seed));
  const auto end = std::chrono::steady_clock::now() + kDamageTime;
  int runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    const std::string bytes =
        Damage(corpus[random() % corpus.size()], corpus[random() % corpus.size()], random);
    // Left behind if the target takes the program with it.
    SCOPED_TRACE(bytes);
    GetParam().run(bytes);
  }
  std::printf("%s: %zu kept, %d damaged, seed %llu\n", GetParam().name, corpus.size(), runs,
              static_cast<unsigned long long>(seed));
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzTest, testing::ValuesIn(FuzzTargets()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace brainalign
