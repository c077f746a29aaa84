#ifndef BRAINALIGN_BENCH_DATA_NOISE_H_
#define BRAINALIGN_BENCH_DATA_NOISE_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// Numbers [first, first + count) of a stream of independent, nearly normal numbers
// (sums of four uniform ones) of mean 0 and deviation 1. Any stretch of a stream
// can be had at once, at a billion numbers a second; `stream` is any number.
void FillNormal(std::uint64_t stream, std::uint64_t first, std::size_t count, float* out);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_DATA_NOISE_H_
