#include "client/cli/number_checks.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/printable.h"

namespace brainalign {
namespace {

std::string Is(const std::string& text, const std::string& needed) {
  return absl::StrCat("is '", Printable(text), "'; ", needed);
}

}  // namespace

std::string CheckCount(const std::string& text) {
  std::int64_t count = 0;
  if (absl::SimpleAtoi(text, &count) && count >= 1) return "";
  return Is(text, absl::StrCat("it must be a whole number of at least 1 and at most ",
                               std::numeric_limits<std::int64_t>::max()));
}

std::string CheckAboveZero(const std::string& text) {
  double number = 0;
  if (absl::SimpleAtod(text, &number) && number > 0 && std::isfinite(number)) return "";
  return Is(text, "it must be a number above 0");
}

std::string CheckSeed(const std::string& text) {
  std::uint64_t seed = 0;
  if (absl::SimpleAtoi(text, &seed)) return "";
  return Is(text, absl::StrCat("a whole number from 0 to ",
                               std::numeric_limits<std::uint64_t>::max(), " is needed"));
}

}  // namespace brainalign
