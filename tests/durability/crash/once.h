#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_ONCE_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_ONCE_H_

#include "client/connection/stubs.h"

namespace brainalign {

// One attempt at a call with one answer: its failure says that the answer was not
// had. A minute is more than any call takes: one that takes longer hangs.
template <typename Response, typename MakeCall>
absl::StatusOr<Response> Once(Connection& connection, const MakeCall& call) {
  return Call<Response>(connection.options(), {.max_attempts = 1}, /*timeout_seconds=*/60, call);
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_ONCE_H_
