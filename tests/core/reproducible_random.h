#ifndef BRAINALIGN_TESTS_CORE_REPRODUCIBLE_RANDOM_H_
#define BRAINALIGN_TESTS_CORE_REPRODUCIBLE_RANDOM_H_

#include <cstdint>
#include <vector>

namespace brainalign {

// Numbers whose bits depend on the seed alone. The standard leaves the bits of its distributions
// to each library.
class ReproducibleRandom {
 public:
  explicit ReproducibleRandom(std::uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }

  // In [0, count).
  int Below(int count) { return static_cast<int>(Next() % static_cast<std::uint64_t>(count)); }
  bool Chance(int percent) { return Below(100) < percent; }
  // In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // Nearly normal, of mean 0 and deviation 1: the sum of twelve uniform numbers of 16 bits. Every
  // step is exact.
  double Normal() {
    std::int64_t sum = 0;
    for (int draw = 0; draw < 3; ++draw) {
      for (std::uint64_t bits = Next(), part = 0; part < 4; ++part, bits >>= 16) {
        sum += static_cast<std::int64_t>(bits & 0xffff);
      }
    }
    return static_cast<double>(sum - 12 * 0x7fff - 6) * 0x1p-16;
  }

  template <typename T>
  T From(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<int>(values.size())))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_REPRODUCIBLE_RANDOM_H_
