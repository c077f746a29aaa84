#ifndef BRAINALIGN_CLIENT_SIMULATE_NORMAL_H_
#define BRAINALIGN_CLIENT_SIMULATE_NORMAL_H_

#include <cstdint>
#include <random>

namespace brainalign {

// Natural logarithm of x > 0 from additions, multiplications and divisions alone:
// the same bits everywhere, which std::log does not promise. Relative error below
// 1e-14.
double PortableLog(double x);

// Random numbers that one seed determines on every machine. std::mt19937_64 is
// fixed by the standard, the distributions of <random> are not; hence these.
class RandomStream {
 public:
  // Streams of one seed with different `stream` are independent.
  RandomStream(std::uint64_t seed, std::uint64_t stream);

  // Standard normal, by the polar method (Marsaglia & Bray, SIAM Review 6, 1964).
  double Normal();

  // Exponential with mean 1.
  double Exponential();

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_NORMAL_H_
