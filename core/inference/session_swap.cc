#include "core/inference/session_swap.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "core/inference/random_draws.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kPairingStream = 8;

bool IsDerangement(const std::vector<std::int32_t>& pairing) {
  for (std::size_t session = 0; session < pairing.size(); ++session) {
    if (pairing[session] == static_cast<std::int32_t>(session)) return false;
  }
  return true;
}

// Equal for equal pairings. Different for different ones of up to 16 sessions, of which all
// pairings can be asked for. Of more, a pairing that shares its number with one before is left out.
std::uint64_t CodeOfPairing(const std::vector<std::int32_t>& pairing) {
  constexpr std::size_t kMostExact = 16;
  std::uint64_t number = 0;
  for (const std::int32_t session : pairing) {
    const auto part = static_cast<std::uint64_t>(session);
    number = pairing.size() <= kMostExact ? number * kMostExact + part : ChainedHash(number, part);
  }
  return number;
}

}  // namespace

int DifferentPairings(int sessions, int most) {
  // Derangements: D(n) = (n - 1) (D(n - 1) + D(n - 2)).
  std::int64_t before = 1;  // of no session
  std::int64_t count = 0;   // of one
  for (int n = 2; n <= sessions && count < most; ++n) {
    before = std::exchange(count, (n - 1) * (count + before));
  }
  return static_cast<int>(std::min<std::int64_t>(count, most));
}

std::vector<std::int32_t> PairingOf(int sessions, std::uint64_t seed, std::uint64_t attempt) {
  std::vector<std::int32_t> pairing(static_cast<std::size_t>(std::max(0, sessions)));
  std::iota(pairing.begin(), pairing.end(), 0);
  for (std::size_t last = pairing.size(); last-- > 1;) {
    const double uniform = UniformDraw(seed, kPairingStream, attempt, last);
    const auto other = static_cast<std::size_t>(uniform * static_cast<double>(last + 1));
    std::swap(pairing[last], pairing[other]);
  }
  return pairing;
}

std::vector<std::uint64_t> DrawPairings(int sessions, int pairings, std::uint64_t seed) {
  const auto wanted = static_cast<std::size_t>(DifferentPairings(sessions, pairings));
  std::vector<std::uint64_t> attempts;
  std::unordered_set<std::uint64_t> taken;
  for (std::uint64_t attempt = 0; attempts.size() < wanted; ++attempt) {
    const std::vector<std::int32_t> pairing = PairingOf(sessions, seed, attempt);
    if (IsDerangement(pairing) && taken.insert(CodeOfPairing(pairing)).second) {
      attempts.push_back(attempt);
    }
  }
  return attempts;
}

std::vector<std::int32_t> SwappedWords(const std::vector<Words>& words,
                                       const std::vector<std::int32_t>& pairing) {
  std::size_t total = 0;
  for (const Words& members : words) total += members.size();
  std::vector<std::int32_t> swapped(total);
  for (std::size_t session = 0; session < words.size(); ++session) {
    const Words& other = words[static_cast<std::size_t>(pairing[session])];
    for (std::size_t i = 0; i < words[session].size(); ++i) {
      swapped[static_cast<std::size_t>(words[session][i])] = other[i];
    }
  }
  return swapped;
}

}  // namespace brainalign
