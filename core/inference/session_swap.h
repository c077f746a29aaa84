#ifndef BRAINALIGN_CORE_INFERENCE_SESSION_SWAP_H_
#define BRAINALIGN_CORE_INFERENCE_SESSION_SWAP_H_

#include <cstdint>
#include <vector>

#include "core/problem/folds.h"

namespace brainalign {

// Swaps of whole sessions (docs/uncertainty.md, "Swaps of whole sessions"). A pairing names the
// session whose activations each session of the brain meets, and none meets its own: a derangement.
// Sessions count from 0 in ascending order of their number.

// How many pairings there are of so many sessions, at most `most`.
int DifferentPairings(int sessions, int most);

// Attempts of the seed that give pairings, each another one, in the order of the attempts:
// `pairings` of them, or as many as there are. So fewer pairings are the first of more.
std::vector<std::uint64_t> DrawPairings(int sessions, int pairings, std::uint64_t seed);

// (sessions) The pairing of an attempt of DrawPairings: the session of the activations that session
// i of the brain meets.
std::vector<std::int32_t> PairingOf(int sessions, std::uint64_t seed, std::uint64_t attempt);

// (w) Word i of the brain meets the activations of word result[i]: the word at the same place in
// the other session. `words` are the sessions of WordsOfSessions, all of the same length.
std::vector<std::int32_t> SwappedWords(const std::vector<Words>& words,
                                       const std::vector<std::int32_t>& pairing);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_SESSION_SWAP_H_
