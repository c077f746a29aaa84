#include "server/calls/credentials.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

constexpr std::size_t kMaxRequestIdBytes = 64;

}  // namespace

std::string ChooseRequestId(const std::optional<std::string>& given) {
  const bool usable =
      given && !given->empty() && given->size() <= kMaxRequestIdBytes &&
      std::all_of(given->begin(), given->end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
      });
  // It gives no access. Without random numbers calls have no request id in the log.
  return usable ? *given : RandomId().value_or("").substr(0, 16);
}

}  // namespace brainalign
