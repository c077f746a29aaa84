#include "core/size_text.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr std::int64_t kKib = 1024;
// Below, a size is given exactly; above, in KiB, and above that, in MiB.
constexpr std::int64_t kExactBytes = 16 * kKib;
constexpr std::int64_t kKibBytes = 16 * kKib * kKib;

std::int64_t StepOf(std::int64_t bytes) {
  if (bytes < kExactBytes) return 1;
  return bytes < kKibBytes ? kKib : kKib * kKib;
}

std::string InLargestUnit(std::int64_t bytes) {
  constexpr std::array kUnits = {" bytes", " KiB", " MiB", " GiB", " TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % kKib == 0 && unit + 1 < kUnits.size()) {
    bytes /= kKib;
    ++unit;
  }
  return absl::StrCat(bytes, kUnits[unit]);
}

}  // namespace

std::string SizeText(std::int64_t bytes) { return InLargestUnit(bytes - bytes % StepOf(bytes)); }

std::string NeededSizeText(std::int64_t bytes) {
  const std::int64_t over = bytes % StepOf(bytes);
  return InLargestUnit(over == 0 ? bytes : bytes - over + StepOf(bytes));
}

}  // namespace brainalign
