#ifndef BRAINALIGN_CORE_INFERENCE_RANDOM_DRAWS_H_
#define BRAINALIGN_CORE_INFERENCE_RANDOM_DRAWS_H_

#include <cstdint>

namespace brainalign {

// Random numbers that are a function of their indices (docs/uncertainty.md, "Random draws"). They
// do not depend on threads, order or restarts.

// SplitMix64 of `hash` + `part`: one step of a hash of many numbers.
std::uint64_t ChainedHash(std::uint64_t hash, std::uint64_t part);

// Uniform in [0, 1): the top 53 bits of SplitMix64 (Steele, Lea, Flood 2014), chained over `seed`,
// `stream`, `i` and `j`. Streams: 1 for shifts (i: null, j: session), 2 and 3 for the weights of
// draws, 4 to 7 for the second level of the test of order (two_level_order.h), 8 for swaps of
// sessions (i: attempt, j: place).
double UniformDraw(std::uint64_t seed, std::uint64_t stream, std::uint64_t i, std::uint64_t j);

// Standard normal, by Box and Muller from `stream` and the one after it.
double NormalDraw(std::uint64_t seed, std::uint64_t stream, std::uint64_t i, std::uint64_t j);

// The same from streams 2 and 3: weight of block j in draw i.
double NormalDraw(std::uint64_t seed, std::uint64_t i, std::uint64_t j);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_RANDOM_DRAWS_H_
